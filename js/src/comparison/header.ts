// The head of a comparison: the class asked about, one more method, stop and resume.

import { className, repeated } from "../text/classes";
import type { Asked, MapRecord, Model, Status } from "../model/comparison_protocol";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { methodOptions } from "./method_control";
import { filled, type Host } from "../model/widget_model";
import { percent } from "../cells/scores";
import { select, type Option } from "../dom/select";

export interface Head {
  element: HTMLElement;
  /** `news` is how far the maps are. */
  update(maps: readonly (MapRecord | null)[], status: Status, news: string): void;
  /** Give the focus to what adds a method. */
  focus(): void;
}

export function compareHead(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  add: (asked: Asked) => void,
): Head {
  const root = element("div", "gx-controls");
  const target = select(signal, (value) => {
    model.set("target", Number(value));
    model.save_changes();
  });
  const more = select(signal, (name) => {
    if (name) add([name, ""]);
  });
  const scramble = element("input", "gx-scramble");
  scramble.type = "checkbox";
  scramble.addEventListener(
    "change",
    () => {
      model.set("randomise", scramble.checked);
      model.save_changes();
    },
    { signal },
  );
  const run = element("button", "gx-button");
  run.addEventListener(
    "click",
    () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }),
    { signal },
  );
  const state = element("span", "gx-head-state");
  const why = field("Why", target.element);
  const plain = element("span", "gx-why");
  const adding = field("Add a method", more.element);
  why.append(plain);
  const check = field("Scramble weights", scramble);
  check.title =
    "Compare each map with the one of the same network with scrambled weights; only for a model " +
    "that can be opened, and it takes longer.";
  root.append(why, adding, check, run, state);

  const update = (maps: readonly (MapRecord | null)[], status: Status, news: string) => {
    const chosen = targetOf(model);
    const page = host() === "page";
    target.update(targetOptions(model, chosen), String(chosen ?? ""));
    target.element.disabled = host() !== "kernel" || chosen === null;
    plain.textContent = target.element.selectedOptions[0]?.text ?? "";
    target.element.hidden = page;
    plain.hidden = !page;
    more.update([["", "Choose …"], ...methodOptions(model.get("offered"))], "");
    more.element.disabled = host() !== "kernel";
    scramble.checked = model.get("randomise");
    scramble.disabled = host() !== "kernel" || model.get("layers").length === 0;
    adding.hidden = check.hidden = state.hidden = page;
    run.hidden = host() !== "kernel" || maps.length === 0;
    run.textContent = runText(maps, status);
    run.disabled = run.textContent === DONE;
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

/** What the button does; a map that failed can be asked for again. */
function runText(maps: readonly (MapRecord | null)[], status: Status): string {
  const failed = status === "done" && maps.some((map) => map?.status === "failed");
  return RUN[failed ? "error" : status];
}

/** The class asked for, before the answer to it has come, or the one that the maps are of. */
function targetOf(model: Model): number | null {
  const [target, labels] = [model.get("target"), model.get("labels")];
  if (typeof target === "number" && target in labels) return target;
  return filled(model.get("prediction"))?.target ?? null;
}

/** The most probable classes, and the one that is asked about. */
function targetOptions(model: Model, chosen: number | null): Option[] {
  const prediction = filled(model.get("prediction"));
  if (chosen === null) return [["", "…"]];
  const known = new Map<number, number | null>(prediction?.top ?? []);
  if (prediction && !known.has(prediction.target)) known.set(prediction.target, prediction.probability);
  if (!known.has(chosen)) known.set(chosen, null);
  const labels = model.get("labels");
  const twice = repeated(labels);
  return [...known].map(([index, probability]) => {
    const name = className(labels, twice, index);
    return [String(index), probability === null ? name : `${name} ${percent(probability)}`];
  });
}
