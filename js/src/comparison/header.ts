// The question above a comparison: the class, another method, start and stop, tools.

import { targetControl } from "../controls/target";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { listen } from "../dom/listen";
import { select } from "../dom/select";
import type { MapRecord, MethodRequest, Model } from "../model/comparison_protocol";
import type { Connection } from "../model/connection";
import { filled, type Status } from "../model/widget_model";
import { methodOptions } from "./method_control";

export interface Header {
  element: HTMLElement;
  /** `news` is the progress of all maps. */
  update(maps: readonly (MapRecord | null)[], status: Status, news: string): void;
  focus(): void;
}

/** `tools` stand at its end. */
export function comparisonHeader(
  model: Model,
  signal: AbortSignal,
  { host, offered }: Connection,
  add: (request: MethodRequest) => void,
  tools: HTMLElement[],
): Header {
  const root = element("div", "gx-controls");
  const target = targetControl(model, signal, offered);
  const rather = targetControl(model, signal, offered, "contrast");
  const more = select(signal, (name) => {
    if (name) add([name, ""]);
  });
  const run = element("button", "gx-button gx-run-button");
  listen(run, "click", () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }), signal);
  const state = element("span", "gx-head-state");
  const adding = field("Add a method", more.element);
  const last = element("div", "gx-tools");
  last.append(...tools);
  root.append(target.element, rather.element, adding, run, state, last);

  const update = (maps: readonly (MapRecord | null)[], status: Status, news: string) => {
    const page = host() === "page";
    for (const asked of [target, rather]) {
      asked.update();
      asked.element.inert = host() !== "kernel";
    }
    // Of two classes the other one is all others; values are not held against each other.
    const few = model.get("labels").length < 3 || model.get("quantity").name === "value";
    rather.element.hidden = few || (page && filled(model.get("prediction"))?.contrast == null);
    more.update([["", "Choose …"], ...methodOptions(model.get("offered"))], "");
    more.element.disabled = host() !== "kernel";
    adding.hidden = state.hidden = last.hidden = page;
    run.textContent = runText(maps, status);
    run.hidden = host() !== "kernel" || maps.length === 0 || run.textContent === DONE;
    root.dataset["status"] = status;
    state.textContent = news;
  };
  return { element: root, update, focus: () => more.element.focus() };
}

const DONE = "Done";
const RUN: Record<Status, string> = {
  running: "Stop",
  stopped: "Resume",
  done: DONE,
  error: "Try again",
};

/** Failed maps can be tried again. */
function runText(maps: readonly (MapRecord | null)[], status: Status): string {
  const failed = status === "done" && maps.some((map) => map?.status === "failed");
  return RUN[failed ? "error" : status];
}
