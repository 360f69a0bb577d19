// One view of a model: mounted into an element, gone with the signal.

import { element } from "./dom";
import { evidenceView } from "./evidence";
import { gridView } from "./grid_view";
import { panel } from "./panel";
import { FRONT_END_TRAITS, KERNEL_TRAITS, type Model } from "./protocol";

export function mount(model: Model, el: HTMLElement, signal: AbortSignal): void {
  const root = element("div", "gx-root");
  const frame = panel(model, signal);
  const grid = gridView(model, signal);
  const evidence = evidenceView(model);
  const body = element("div", "gx-body");
  body.append(grid.element, evidence.element);
  root.append(frame.controls, body, frame.messages);
  el.append(root);

  let queued = false;
  const update = () => {
    queued = false;
    if (signal.aborted) return;
    root.dataset["status"] = model.get("status");
    frame.update();
    grid.update();
    evidence.update();
  };
  // One message changes many traits: one update for all of them.
  const queue = () => {
    if (queued) return;
    queued = true;
    queueMicrotask(update);
  };
  const events = [...KERNEL_TRAITS, ...FRONT_END_TRAITS].map((name) => `change:${name}`);
  for (const event of events) model.on(event, queue);
  signal.addEventListener("abort", () => {
    for (const event of events) model.off(event, queue);
    root.remove();
  });
  update();
}
