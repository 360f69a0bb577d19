// The controls above a comparison: target, new method, randomised weights, start and stop.

import { listen } from "../dom/listen";
import { quantityText } from "../cells/quantity";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { select, type Option } from "../dom/select";
import type { MapRecord, MethodRequest, Model } from "../model/comparison_protocol";
import { filled, type Host, type Status } from "../model/widget_model";
import { className, duplicateLabels } from "../text/classes";
import { methodOptions } from "./method_control";

export interface Header {
  element: HTMLElement;
  /** `news` is the progress of all maps. */
  update(maps: readonly (MapRecord | null)[], status: Status, news: string): void;
  focus(): void;
}

export function comparisonHeader(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  add: (request: MethodRequest) => void,
): Header {
  const root = element("div", "gx-controls");
  const target = select(signal, (value) => {
    model.set("target", Number(value));
    model.save_changes();
  });
  const more = select(signal, (name) => {
    if (name) add([name, ""]);
  });
  const randomise = element("input", "gx-randomise");
  randomise.type = "checkbox";
  listen(randomise, "change", () => {
    model.set("randomise", randomise.checked);
    model.save_changes();
  }, signal);
  const run = element("button", "gx-button");
  listen(run, "click", () => model.send({ type: model.get("status") === "running" ? "stop" : "start" }), signal);
  const state = element("span", "gx-head-state");
  const targetField = field("Why", target.element);
  const plain = element("span", "gx-why");
  const adding = field("Add a method", more.element);
  targetField.append(plain);
  const check = field("Randomise weights", randomise);
  check.title =
    "Compare each map with those of the same network with randomised weights. Takes longer; needs a " +
    "white-box model.";
  root.append(targetField, adding, check, run, state);

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
    randomise.checked = model.get("randomise");
    randomise.disabled = host() !== "kernel" || model.get("layers").length === 0;
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

/** Failed maps can be tried again. */
function runText(maps: readonly (MapRecord | null)[], status: Status): string {
  const failed = status === "done" && maps.some((map) => map?.status === "failed");
  return RUN[failed ? "error" : status];
}

/** The requested class, even before the answer; else the maps' class. */
function targetOf(model: Model): number | null {
  const [target, labels] = [model.get("target"), model.get("labels")];
  if (typeof target === "number" && target in labels) return target;
  return filled(model.get("prediction"))?.target ?? null;
}

function targetOptions(model: Model, chosen: number | null): Option[] {
  const prediction = filled(model.get("prediction"));
  if (chosen === null) return [["", "…"]];
  const known = new Map<number, number | null>(prediction?.top ?? []);
  if (prediction && !known.has(prediction.target)) known.set(prediction.target, prediction.probability);
  if (!known.has(chosen)) known.set(chosen, null);
  const labels = model.get("labels");
  const duplicates = duplicateLabels(labels);
  return [...known].map(([index, probability]) => {
    const name = className(labels, duplicates, index);
    return [String(index), probability === null ? name : `${name} ${quantityText(probability, model.get("quantity"))}`];
  });
}
