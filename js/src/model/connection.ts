// Whether a kernel answers, or a page does.

import type { Host, ModelOf } from "./widget_model";

export interface Connection {
  host(): Host;
  /** Call back when the host changes. */
  watch(changed: () => void): void;
  /** Possible targets; null for all classes. */
  offered(): number[] | null;
}

/** Class of a view that never had a kernel, as in a saved notebook. */
const DISCONNECTED = "jupyter-widgets-disconnected";

/** Event of a model whose kernel restarts; anywidget does not pass it on to views. */
const RESTARTED = "comm_live_update";

/** JupyterLab's widget manager knows its kernel: null after a shutdown. */
interface Managed {
  widget_manager?: { kernel?: unknown };
}

/** The connection of a view in a notebook. */
export function kernelConnection(
  model: Pick<ModelOf<object, unknown>, "on" | "off">,
  el: HTMLElement,
  signal: AbortSignal,
): Connection {
  const manager = (model as Managed).widget_manager;
  const kernel = manager?.kernel;
  let gone = el.closest(`.${DISCONNECTED}`) !== null;
  const host = (): Host => (gone || manager?.kernel !== kernel ? "gone" : "kernel");
  const watch = (changed: () => void) => {
    const lost = () => {
      gone = true; // for good: a new kernel does not know this widget
      changed();
    };
    const look = () => {
      if (!gone && host() === "gone") lost();
    };
    model.on(RESTARTED, lost);
    signal.addEventListener("abort", () => model.off(RESTARTED, lost));
    // No event announces a shutdown: look whenever the user comes near.
    for (const event of ["pointermove", "pointerdown", "focusin"]) {
      el.addEventListener(event, look, { signal });
    }
  };
  return { host, watch, offered: () => null };
}

/** The connection of a standalone page, which knows the recorded classes. */
export function pageConnection(classes: number[]): Connection {
  return { host: () => "page", watch: () => undefined, offered: () => classes };
}
