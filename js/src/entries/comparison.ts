import type { Model } from "../model/comparison_protocol";
import { mountComparison } from "../comparison/view";
import { kernelConnection } from "../model/connection";
import { renderer } from "../dom/render";

const render = renderer<Model>((model, el, signal) => {
  mountComparison(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
