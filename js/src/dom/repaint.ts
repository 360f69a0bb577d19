// When an unchanged canvas must be repainted.

import { listen } from "./listen";
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
  listen(document, "visibilitychange", redraw, signal);
  listen(canvas, "contextrestored", redraw, signal);
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
