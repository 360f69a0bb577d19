import { renderer } from "../dom/render";
import { mountExplorer } from "../explorer/view";
import { kernelConnection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";

const render = renderer<Model>((model, el, signal) => {
  mountExplorer(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
