// How sure each cell is: a button, and what was found in a sentence.

import { shownMap } from "../cells/two_maps";
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
  const ofHiding = () => shownMap(model) !== "method";
  /** What was known, and the error, when it was last looked at: what is asked for may never come. */
  let [had, error] = [known(), model.get("error")];
  listen(button, "click", () => {
    shown = !shown;
    const rest = filled(model.get("certainty_estimate"))?.calls ?? 0;
    if (shown && host() === "kernel" && rest > 0 && !known()?.running) model.send({ type: "certainty" });
    changed();
  }, signal);
  const update = () => {
    const [found, estimate] = [known(), filled(model.get("certainty_estimate"))];
    if (!found && (had || error !== model.get("error") || host() !== "kernel")) shown = false;
    [had, error] = [found, model.get("error")];
    button.title = (!found && estimate?.text) || "Hides each cell in eight ways";
    button.disabled = !found && (host() !== "kernel" || !estimate);
    button.hidden = !ofHiding() || (!found && host() !== "kernel"); // it never could be asked
    button.ariaPressed = String(shown);
    root.hidden = !shown || !ofHiding();
    root.textContent = found?.sentence ?? "Asking …";
  };
  return { element: root, button, on: () => shown && known() !== null && ofHiding(), update };
}
