// How sure each cell is: a button, and what was found in a sentence.

import { secondsText } from "../cells/scores";
import { element } from "../dom/element";
import { listen } from "../dom/listen";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

export interface CertaintyControl {
  element: HTMLElement;
  button: HTMLButtonElement;
  /** Whether the map shows it. */
  on(): boolean;
  update(): void;
}

export function certaintyControl(model: Model, signal: AbortSignal, host: () => Host, changed: () => void): CertaintyControl {
  const button = element("button", "gx-button", "How sure?");
  const root = element("p", "gx-set");
  let shown = false;
  const known = () => filled(model.get("certainty"));
  listen(button, "click", () => {
    shown = !shown;
    if (shown && host() === "kernel" && !known()) model.send({ type: "certainty" });
    changed();
  }, signal);
  const update = () => {
    const [found, estimate] = [known(), filled(model.get("certainty_estimate"))];
    const takes = estimate?.seconds != null ? `, about ${secondsText(estimate.seconds)}` : "";
    button.title = estimate && !found ? `Hides each cell in other ways: ${estimate.calls} questions${takes}` : "Hides each cell in eight ways";
    button.disabled = !found && (host() !== "kernel" || !estimate);
    button.ariaPressed = String(shown);
    root.hidden = !shown;
    root.textContent = found?.sentence ?? "Asking …";
  };
  return { element: root, button, on: () => shown && known() !== null, update };
}
