import type { Model } from "./compare_protocol";
import { mountComparison } from "./compare_view";
import { kernelConnection } from "./connection";
import { renderer } from "./render";

const render = renderer<Model>((model, el, signal) => {
  mountComparison(model, el, signal, kernelConnection(model, el, signal));
});

export default { render };
