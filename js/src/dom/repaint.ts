// When a canvas must be painted anew although nothing that it shows has changed.

/** Its size, a tab that was hidden, the graphics' memory, a screen of another density. */
export function onReturn(
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
