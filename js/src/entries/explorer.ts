import { kernelConnection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { renderer } from "../dom/render";
import { mount } from "../explorer/view";

const render = renderer<Model>((model, el, signal) => {
  mount(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
