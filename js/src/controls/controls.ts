// Controls, progress and what must be said: the frame around the picture.

import { checkView } from "./model_check";
import type { Connection } from "../model/connection";
import { element, showNodes } from "../dom/element";
import { field } from "../dom/field";
import { sizeOf } from "../cells/geometry";
import { MAX_GRID, type Model, type Score } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";
import { seconds } from "../cells/scores";
import { select } from "../dom/select";
import { targetControl } from "./target";

export interface Panel {
  controls: HTMLElement;
  messages: HTMLElement;
  /** Show a sentence of the front end's own, or take it away. */
  tell(text: string): void;
  update(): void;
}

export function panel(model: Model, signal: AbortSignal, connection: Connection): Panel {
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
  const notices = noticeView(model, signal, host);
  messages.append(notices.element);
  const update = () => {
    for (const part of parts) part.update();
    for (const part of [...kernels, run]) part.element.hidden = host() === "page";
    controls.inert = host() === "gone";
    notices.update();
  };
  return { controls, messages, tell: notices.tell, update };
}

interface Part {
  element: HTMLElement;
  update(): void;
}

function gridControl(model: Model, signal: AbortSignal): Part {
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

function runControl(model: Model, signal: AbortSignal, host: () => Host): Part {
  const root = element("div", "gx-run");
  const button = element("button", "gx-button", "Start");
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
    // A run ends with its kernel, which can no longer say so.
    const cut = host() === "gone" && model.get("status") === "running";
    const status = cut ? "stopped" : model.get("status");
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

/** What must be said to somebody who expects a kernel. */
const OFFLINE: Record<Host, string> = {
  kernel: "",
  gone:
    "The kernel is gone. The map stays and can be read; to ask for more, run the notebook again.",
  page: "",
};

function noticeView(model: Model, signal: AbortSignal, host: () => Host) {
  const root = element("div", "gx-notices");
  const offline = element("p", "gx-offline");
  const error = element("p", "gx-error");
  const own = element("p", "gx-error");
  const notes = element("div", "gx-notes");
  const check = checkView(model);
  const about = element("p", "gx-about");
  const offer = element("button", "gx-button", "Show log-odds");
  offline.setAttribute("role", "status");
  for (const alert of [error, own]) alert.setAttribute("role", "alert");
  own.hidden = true;
  offer.addEventListener(
    "click",
    () => {
      model.set("score", "log-odds");
      model.save_changes();
    },
    { signal },
  );
  root.append(offline, error, own, notes, offer, about, check.element);

  /** The kernel's error that was there when something else went wrong here. */
  let past = "";
  const tell = (text: string) => {
    past = model.get("error");
    say(own, text);
    say(error, text ? "" : past);
  };
  const update = () => {
    say(offline, OFFLINE[host()]);
    const news = model.get("error");
    if (news !== past) say(own, "");
    if (own.hidden) say(error, news);
    showNodes(notes, model.get("notes").map((note) => element("p", "gx-note", note)));
    offer.hidden = !filled(model.get("prediction"))?.saturated || model.get("notes").length === 0;
    offer.disabled = host() === "gone";
    say(about, aboutText(model));
    check.update();
  };
  return { element: root, update, tell };
}

function aboutText(model: Model): string {
  const about = filled(model.get("about"));
  if (!about) return "";
  const facts = [about.model, about.output, `preprocessing: ${about.preprocessing}`];
  return facts.filter(Boolean).join(" · ");
}

/** Show a sentence, or nothing where there is none; one that is there already is left alone. */
function say(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
