// What sticks to the top, in JupyterLab. Where it keeps only the cells in sight ("windowing"), it moves
// them by a transform, of which a sticky element knows nothing.

const CELLS = ".jp-WindowedPanel-viewport";

/** Returns what to call now and then: an element may come into its place late. */
export function sticking(node: HTMLElement, signal: AbortSignal): () => void {
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
