// Start and stop, and the progress of the run.

import { listen } from "../dom/listen";
import { attribute, element } from "../dom/element";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

const BUTTONS: Record<string, string> = { running: "Stop", error: "Try again" };

/** What is said after how far a run is. */
const ENDS: Record<string, string> = { stopped: "stopped", error: "failed" };

/** Where the button leaves while it has the focus, `next` takes that. */
export function runControl(model: Model, signal: AbortSignal, host: () => Host, next: () => void = () => {}) {
  const root = element("div", "gx-run");
  const button = element("button", "gx-button", "Stop");
  const track = element("div", "gx-progress");
  const bar = element("div", "gx-progress-bar");
  const text = element("span", "gx-progress-text");
  attribute(track, "role", "progressbar");
  track.append(bar);
  root.append(button, track, text);
  listen(button, "click", () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }), signal);
  const update = () => {
    // A lost kernel cannot report the end of its run.
    const cut = host() === "gone" && model.get("status") === "running";
    const status = cut ? "stopped" : model.get("status");
    const { share = 0, name = "", pace = "", text: far = "" } = filled(model.get("progress")) ?? {};
    const focused = root.contains(root.ownerDocument.activeElement);
    root.dataset["status"] = status;
    root.hidden = status === "done" || host() === "page";
    button.textContent = BUTTONS[status] ?? (share > 0 ? "Resume" : "Start");
    button.hidden = host() === "gone";
    if (focused && (root.hidden || button.hidden)) next();
    bar.style.width = `${100 * share}%`;
    attribute(track, "aria-label", name);
    attribute(track, "aria-valuenow", String(Math.round(100 * share)));
    text.textContent = [far, ENDS[status] ?? pace].filter(Boolean).join(" · ");
  };
  return { element: root, update };
}
