import { mountComparison } from "../comparison/view";
import { renderer } from "../dom/render";
import type { Model } from "../model/comparison_protocol";
import { kernelConnection } from "../model/connection";

const render = renderer<Model>((model, el, signal) => {
  mountComparison(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
