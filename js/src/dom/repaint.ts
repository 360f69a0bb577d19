// When an unchanged canvas must be repainted.

/** On a new size or pixel density, a tab shown again, lost graphics memory. */
export function onRepaintNeeded(
  frame: HTMLElement,
  canvas: HTMLCanvasElement,
  redraw: () => void,
  signal: AbortSignal,
): void {
  const observer = new ResizeObserver(redraw);
  observer.observe(frame);
  signal.addEventListener("abort", () => observer.disconnect());
  document.addEventListener("visibilitychange", redraw, { signal });
  canvas.addEventListener("contextrestored", redraw, { signal });
  const watch = () => {
    const density = window.matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const changed = () => {
      redraw();
      watch();
    };
    density.addEventListener("change", changed, { signal, once: true });
  };
  watch();
}
