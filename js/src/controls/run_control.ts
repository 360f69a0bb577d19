// Start and stop, and the progress of the run.

import { listen } from "../dom/listen";
import { secondsText } from "../cells/scores";
import { attribute, element } from "../dom/element";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

const NO_HANDFULS = { done: 0, total: 0 };

export function runControl(model: Model, signal: AbortSignal, host: () => Host) {
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
    const progress = filled(model.get("progress"));
    const [done, total] = [progress?.done ?? 0, progress?.total ?? 0];
    const handfuls = progress?.handfuls ?? NO_HANDFULS;
    const [known, most] = [done + handfuls.done, total + handfuls.total];
    root.dataset["status"] = status;
    root.hidden = status === "done" || host() === "page";
    button.textContent = status === "running" ? "Stop" : status === "error" ? "Try again" : known > 0 ? "Resume" : "Start";
    button.hidden = host() === "gone";
    bar.style.width = most ? `${(100 * known) / most}%` : "0";
    attribute(track, "aria-label", handfuls.total ? "Cells and handfuls" : "Cells scored");
    attribute(track, "aria-valuenow", String(known));
    attribute(track, "aria-valuemax", String(most));
    text.textContent = progressText(status, done, total, progress?.rate ?? 0, progress?.left ?? null, handfuls);
  };
  return { element: root, update };
}

export function progressText(
  status: string,
  done: number,
  total: number,
  rate: number,
  left: number | null,
  handfuls = NO_HANDFULS,
): string {
  const together = handfuls.total > 0 && done === total;
  const parts = [together ? `${handfuls.done} of ${handfuls.total} handfuls` : `${done} of ${total} cells`];
  if (together && status === "done") parts[0] = `${total} cells · ${handfuls.done} handfuls`;
  if (rate > 0) parts.push(`${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} a second`);
  if (status === "running" && left !== null && done + handfuls.done < total + handfuls.total) parts.push(`${secondsText(left)} left`);
  if (status === "stopped") parts.push("stopped");
  if (status === "error") parts.push("failed");
  return parts.join(" · ");
}
