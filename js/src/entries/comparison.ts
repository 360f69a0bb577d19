import { mountComparison } from "../comparison/view";
import { renderer } from "../dom/render";
import { KERNEL_TRAITS, type Model } from "../model/comparison_protocol";
import { kernelConnection } from "../model/connection";
import { listening } from "../model/silence";

const render = renderer<Model>((model, el, signal) => {
  const heard = listening(model, KERNEL_TRAITS, kernelConnection(model, el, signal), signal);
  mountComparison(heard.model, el, signal, heard.connection);
});

export default { render };
