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
  const which = mapSwitch(model, signal, host);
  const run = runControl(model, signal, host);
  const last = element("div", "gx-tools");
  last.append(...tools);
  root.append(target.element, which.element, run.element, last);
  const update = () => {
    for (const part of [target, which, run]) part.update();
    target.element.inert = host() === "gone";
  };
  return { element: root, update };
}
