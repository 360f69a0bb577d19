// The `render` function that anywidget calls.

interface RenderProps<M> {
  model: M;
  el: HTMLElement;
  /** From anywidget 0.11 on; earlier versions call the returned function. */
  signal?: AbortSignal;
}

export function renderer<M>(
  mounted: (model: M, el: HTMLElement, signal: AbortSignal) => void,
): (props: RenderProps<M>) => () => void {
  return ({ model, el, signal }) => {
    const controller = new AbortController();
    const end = () => controller.abort();
    signal?.addEventListener("abort", end);
    if (!signal?.aborted) mounted(model, el, controller.signal);
    return end;
  };
}
