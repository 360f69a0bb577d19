import { kernelConnection } from "./connection";
import type { Model } from "./protocol";
import { renderer } from "./render";
import { mount } from "./view";

const render = renderer<Model>((model, el, signal) => {
  mount(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
