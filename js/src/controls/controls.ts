// Controls above the picture, messages below it.

import { sizeOf } from "../cells/geometry";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { select } from "../dom/select";
import type { Connection } from "../model/connection";
import { MAX_GRID, type Model, type Score } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { noticesView } from "./notices";
import { runControl } from "./run_control";
import { targetControl } from "./target";

export interface Controls {
  controls: HTMLElement;
  messages: HTMLElement;
  /** A message of the front end; "" removes it. */
  showMessage(text: string): void;
  update(): void;
}

export function explorerControls(model: Model, signal: AbortSignal, connection: Connection): Controls {
  const { host } = connection;
  const controls = element("div", "gx-controls");
  const messages = element("div", "gx-messages");
  const target = targetControl(model, signal, connection.offered);
  const kernels = [
    gridControl(model, signal),
    choice(model, signal, "fill", "Hide with", () => model.get("fills").map((f) => [f, f])),
  ];
  const score = choice(model, signal, "score", "Drop in", () => [
    ["probability", "probability"],
    ["log-odds", "log-odds"],
  ]);
  const run = runControl(model, signal, host);
  const parts = [...kernels, target, score, run];
  controls.append(...parts.map((part) => part.element));
  const notices = noticesView(model, signal, connection);
  messages.append(notices.element);
  const update = () => {
    for (const part of parts) part.update();
    score.element.hidden = model.get("quantity").name === "value";
    for (const part of [...kernels, run]) part.element.hidden = host() === "page";
    controls.inert = host() === "gone";
    notices.update();
  };
  return { controls, messages, showMessage: notices.showMessage, update };
}

function gridControl(model: Model, signal: AbortSignal) {
  const range = element("input", "gx-range");
  range.type = "range";
  range.step = "1";
  const size = element("output", "gx-size");
  const wrap = element("span", "gx-range-row");
  wrap.append(range, size);
  range.addEventListener(
    "input",
    () => {
      model.set("grid_size", Number(range.value));
      model.save_changes();
      update();
    },
    { signal },
  );
  const update = () => {
    const value = model.get("grid_size");
    const [rows, columns] = sizeOf(value);
    const grid = filled(model.get("grid"));
    range.max = String(Math.min(MAX_GRID, grid?.height ?? MAX_GRID, grid?.width ?? MAX_GRID));
    range.min = String(Math.min(2, rows, columns));
    range.value = String(Math.max(rows, columns));
    size.textContent = `${rows} × ${columns}`;
  };
  return { element: field("Grid", wrap), update };
}

function choice(
  model: Model,
  signal: AbortSignal,
  name: "fill" | "score",
  title: string,
  options: () => [string, string][],
) {
  const control = select(signal, (value) => {
    model.set(name, value as Score);
    model.save_changes();
  });
  const update = () => {
    const value = model.get(name);
    const known = options();
    const shown = known.some(([option]) => option === value);
    control.update(shown ? known : [[value, value], ...known], value);
  };
  return { element: field(title, control.element), update };
}
