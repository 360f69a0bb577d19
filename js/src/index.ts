import { kernelConnection } from "./connection";
import type { Model } from "./protocol";
import { mount } from "./view";

interface RenderProps {
  model: Model;
  el: HTMLElement;
  /** From anywidget 0.11 on; earlier ones call what render returns. */
  signal?: AbortSignal;
}

function render({ model, el, signal }: RenderProps): () => void {
  const controller = new AbortController();
  const end = () => controller.abort();
  signal?.addEventListener("abort", end);
  if (!signal?.aborted) {
    mount(model, el, controller.signal, kernelConnection(model, el, controller.signal));
  }
  return end;
}

export default { render };
