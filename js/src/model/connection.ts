// Who answers: a kernel or a page.

import type { Host, ModelOf } from "./widget_model";

export interface Connection {
  host(): Host;
  watch(changed: () => void): void;
  /** Possible targets; null for all classes. */
  offered(): number[] | null;
  /** Whether what was asked has had no answer for long. */
  silent(): boolean;
}

/** Class of a view that never had a kernel, as in a saved notebook. */
const DISCONNECTED = "jupyter-widgets-disconnected";

/** Event of a kernel's restart; anywidget does not pass it on to views. */
const RESTARTED = "comm_live_update";

/** JupyterLab's widget manager; its kernel is null after a shutdown. */
interface Managed {
  widget_manager?: { kernel?: unknown };
}

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
      gone = true; // for good: no new kernel knows this widget
      changed();
    };
    const look = () => {
      if (!gone && host() === "gone") lost();
    };
    model.on(RESTARTED, lost);
    signal.addEventListener("abort", () => model.off(RESTARTED, lost));
    // A shutdown has no event: look when the user comes near.
    for (const event of ["pointermove", "pointerdown", "focusin"]) {
      el.addEventListener(event, look, { signal });
    }
  };
  return { host, watch, offered: () => null, silent: () => false };
}

/** Offers the recorded classes. */
export function pageConnection(classes: number[]): Connection {
  return { host: () => "page", watch: () => undefined, offered: () => classes, silent: () => false };
}
