// Who answers what the front end asks.

import type { Model } from "./explorer_protocol";
import type { Host } from "./widget_model";

export interface Connection {
  host(): Host;
  /** Call back when the host is another one. */
  watch(changed: () => void): void;
  /** Classes that can be asked about; null means all. */
  offered(): number[] | null;
}

/** On a view that has had no kernel from the start, as in a saved notebook. */
const DISCONNECTED = "jupyter-widgets-disconnected";

/** Told by a model whose kernel is restarted; its views, as anywidget makes them, do not hear it. */
const RESTARTED = "comm_live_update";

/** JupyterLab's widget manager tells which kernel it works with: null after a shutdown. */
interface Managed {
  widget_manager?: { kernel?: unknown };
}

/** The kernel behind a view, as long as it lives. */
export function kernelConnection(
  model: Pick<Model, "on" | "off">,
  el: HTMLElement,
  signal: AbortSignal,
): Connection {
  const manager = (model as Managed).widget_manager;
  const kernel = manager?.kernel;
  let gone = el.closest(`.${DISCONNECTED}`) !== null;
  const host = (): Host => (gone || manager?.kernel !== kernel ? "gone" : "kernel");
  const watch = (changed: () => void) => {
    const lost = () => {
      gone = true; // for good: another kernel knows nothing of this widget
      changed();
    };
    const look = () => {
      if (!gone && host() === "gone") lost();
    };
    model.on(RESTARTED, lost);
    signal.addEventListener("abort", () => model.off(RESTARTED, lost));
    // Nothing tells of a shutdown: look when somebody comes near.
    for (const event of ["pointermove", "pointerdown", "focusin"]) {
      el.addEventListener(event, look, { signal });
    }
  };
  return { host, watch, offered: () => null };
}

/** A page that answers from what was recorded, for the classes that were. */
export function pageConnection(classes: number[]): Connection {
  return { host: () => "page", watch: () => undefined, offered: () => classes };
}
