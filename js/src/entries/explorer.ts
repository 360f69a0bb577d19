import { renderer } from "../dom/render";
import { mountExplorer } from "../explorer/view";
import { kernelConnection } from "../model/connection";
import { KERNEL_TRAITS, type Model } from "../model/explorer_protocol";
import { listening } from "../model/silence";

const render = renderer<Model>((model, el, signal) => {
  const heard = listening(model, KERNEL_TRAITS, kernelConnection(model, el, signal), signal);
  mountExplorer(heard.model, el, signal, heard.connection);
});

export default { render };
