// The question above the picture: which class, which map, another picture; and the run.

import { element } from "../dom/element";
import type { Connection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { mapSwitch } from "./map_switch";
import { runControl } from "./run_control";
import { targetControl } from "./target";

export interface Controls {
  element: HTMLElement;
  update(): void;
}

/** `tools` stand at its end. */
export function explorerControls(
  model: Model,
  signal: AbortSignal,
  connection: Connection,
  tools: HTMLElement[],
): Controls {
  const { host } = connection;
  const root = element("div", "gx-controls");
  const target = targetControl(model, signal, connection.offered);
  const rather = targetControl(model, signal, connection.offered, "contrast");
  const which = mapSwitch(model, signal, host);
  const run = runControl(model, signal, host, () => tools[0]?.focus());
  const last = element("div", "gx-tools");
  last.append(...tools);
  root.append(target.element, rather.element, which.element, run.element, last);
  const update = () => {
    for (const part of [target, rather, which, run]) part.update();
    target.element.inert = rather.element.inert = host() === "gone";
    // A page has recorded one of them; of two classes the other one is all others.
    const none = host() === "page" || model.get("score") === "value";
    rather.element.hidden = none || model.get("labels").length < 3;
  };
  return { element: root, update };
}
