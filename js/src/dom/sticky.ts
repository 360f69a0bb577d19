// Sticky elements in JupyterLab. Its "windowing" moves cells by a transform, which sticky elements
// ignore.

const CELLS = ".jp-WindowedPanel-viewport";

/** Call the result on updates: an element may be attached late. */
export function stickToTop(node: HTMLElement, signal: AbortSignal): () => void {
  let cells: HTMLElement | null = null;
  const observer = new MutationObserver(() => place());
  signal.addEventListener("abort", () => observer.disconnect());
  const place = () => {
    const [, down] = /translateY\((-?[\d.]+)px\)/.exec(cells!.style.transform) ?? [];
    node.style.top = `${0 - Number(down ?? 0)}px`;
  };
  return () => {
    const around = node.closest<HTMLElement>(CELLS);
    if (!around || around === cells) return;
    cells = around;
    observer.disconnect();
    observer.observe(cells, { attributes: true, attributeFilter: ["style"] });
    place();
  };
}
