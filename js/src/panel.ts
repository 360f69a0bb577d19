// Controls, progress and what must be said: the frame around the picture.

import { element } from "./dom";
import { sizeOf } from "./geometry";
import { filled, MAX_GRID, type Model, type Score } from "./protocol";
import { seconds } from "./scores";

export interface Panel {
  controls: HTMLElement;
  messages: HTMLElement;
  update(): void;
}

export function panel(model: Model, signal: AbortSignal): Panel {
  const controls = element("div", "gx-controls");
  const messages = element("div", "gx-messages");
  const parts = [
    gridControl(model, signal),
    choice(model, signal, "fill", "Hide with", () => model.get("fills").map((f) => [f, f])),
    targetControl(model, signal),
    choice(model, signal, "score", "Drop in", () => [
      ["probability", "probability"],
      ["log-odds", "log-odds"],
    ]),
    runControl(model, signal),
  ];
  controls.append(...parts.map((part) => part.element));
  const notices = noticeView(model, signal);
  messages.append(notices.element);
  const update = () => {
    for (const part of parts) part.update();
    notices.update();
  };
  return { controls, messages, update };
}

interface Part {
  element: HTMLElement;
  update(): void;
}

function field(title: string, control: HTMLElement, className = ""): HTMLElement {
  const label = element("label", `gx-field ${className}`);
  label.append(element("span", "gx-field-name", title), control);
  return label;
}

function gridControl(model: Model, signal: AbortSignal): Part {
  const range = element("input", "gx-range");
  range.type = "range";
  range.min = "2";
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
    range.value = String(Math.max(rows, columns));
    size.textContent = `${rows} × ${columns}`;
  };
  return { element: field("Grid", wrap), update };
}

/** A <select> whose options are rebuilt only when they change, so that an open one stays open. */
function select(signal: AbortSignal, chosen: (value: string) => void) {
  const control = element("select", "gx-select");
  control.addEventListener("change", () => chosen(control.value), { signal });
  let known = "";
  const update = (options: [value: string, text: string][], value: string) => {
    const key = JSON.stringify(options);
    if (key !== known) {
      known = key;
      control.replaceChildren(
        ...options.map(([option, text]) => {
          const node = element("option", "", text);
          node.value = option;
          return node;
        }),
      );
    }
    control.value = value;
  };
  return { element: control, update };
}

function choice(
  model: Model,
  signal: AbortSignal,
  name: "fill" | "score",
  title: string,
  options: () => [string, string][],
): Part {
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

/** Classes: the most probable first, then all by name. */
function targetControl(model: Model, signal: AbortSignal): Part {
  const control = select(signal, (value) => {
    model.set("target", Number(value));
    model.save_changes();
  });
  const update = () => {
    const prediction = filled(model.get("prediction"));
    const labels = model.get("labels");
    if (!prediction) {
      control.update([["", "…"]], "");
      return;
    }
    const top = prediction.top.map(([index]) => index);
    const rest = labels.map((_, index) => index).filter((index) => !top.includes(index));
    rest.sort((a, b) => labels[a]!.localeCompare(labels[b]!, undefined, { numeric: true }));
    const options = [...top, ...rest].map((i): [string, string] => [String(i), labels[i] ?? ""]);
    control.update(options, String(prediction.target));
  };
  return { element: field("Why", control.element, "gx-why"), update };
}

function runControl(model: Model, signal: AbortSignal): Part {
  const root = element("div", "gx-run");
  const button = element("button", "gx-button", "Start");
  button.type = "button";
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
    const status = model.get("status");
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
  if (status === "running" && left !== null && done < total) parts.push(`${seconds(left)} left`);
  if (status === "stopped") parts.push("stopped");
  if (status === "error") parts.push("failed");
  return parts.join(" · ");
}

function noticeView(model: Model, signal: AbortSignal): Part {
  const root = element("div", "gx-notices");
  const offer = element("button", "gx-button", "Show log-odds");
  offer.type = "button";
  offer.addEventListener(
    "click",
    () => {
      model.set("score", "log-odds");
      model.save_changes();
    },
    { signal },
  );
  const update = () => {
    const error = element("p", "gx-error", model.get("error"));
    error.setAttribute("role", "alert");
    const notes = model.get("notes").map((note) => element("p", "gx-note", note));
    const saturated = filled(model.get("prediction"))?.saturated;
    const about = filled(model.get("about"));
    const facts = about
      ? [element("p", "gx-about", `${about.model} · ${about.output} · preprocessing: ${about.preprocessing}`)]
      : [];
    const nodes = [...(model.get("error") ? [error] : []), ...notes];
    root.replaceChildren(...nodes, ...(saturated && notes.length > 0 ? [offer] : []), ...facts);
  };
  return { element: root, update };
}
