// Start and stop, and the progress of the run.

import { secondsText } from "../cells/scores";
import { element } from "../dom/element";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

export function runControl(model: Model, signal: AbortSignal, host: () => Host) {
  const root = element("div", "gx-run");
  const button = element("button", "gx-button", "Start");
  const track = element("div", "gx-progress");
  const bar = element("div", "gx-progress-bar");
  const text = element("span", "gx-progress-text");
  track.setAttribute("role", "progressbar");
  track.setAttribute("aria-label", "Cells scored");
  track.append(bar);
  root.append(button, track, text);
  button.addEventListener(
    "click",
    () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }),
    { signal },
  );
  const update = () => {
    // A lost kernel cannot report the end of its run.
    const cut = host() === "gone" && model.get("status") === "running";
    const status = cut ? "stopped" : model.get("status");
    const progress = filled(model.get("progress"));
    const [done, total] = [progress?.done ?? 0, progress?.total ?? 0];
    root.dataset["status"] = status;
    button.textContent = status === "running" ? "Stop" : status === "error" ? "Try again" : "Start";
    button.disabled = status === "done";
    bar.style.width = total ? `${(100 * done) / total}%` : "0";
    track.setAttribute("aria-valuenow", String(done));
    track.setAttribute("aria-valuemax", String(total));
    text.textContent = progressText(status, done, total, progress?.rate ?? 0, progress?.left ?? null);
  };
  return { element: root, update };
}

export function progressText(
  status: string,
  done: number,
  total: number,
  rate: number,
  left: number | null,
): string {
  const parts = [`${done} of ${total} cells`];
  if (rate > 0) parts.push(`${rate < 9.95 ? rate.toFixed(1) : Math.round(rate)} a second`);
  if (status === "running" && left !== null && done < total) parts.push(`${secondsText(left)} left`);
  if (status === "stopped") parts.push("stopped");
  if (status === "error") parts.push("failed");
  return parts.join(" · ");
}
