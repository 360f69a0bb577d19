// The top k cells: a slider that hides them, or all others, and a player that draws the curve.

import { chart } from "./curve_chart";
import { className, repeated } from "../text/classes";
import { element } from "../dom/element";
import { field } from "../dom/field";
import type { Curve, Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";
import { decodeScores } from "../cells/scores";
import { sameCells, selectionOf, topCells, valueOf } from "../cells/selection";
import type { Choose } from "../grid/selector";

/** Milliseconds between two steps of the player. */
const STEP = 140;

export interface TopCells {
  element: HTMLElement;
  update(): void;
}

export function topCellsControl(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  choose: Choose,
): TopCells {
  const root = element("div", "gx-top");
  const range = element("input", "gx-range");
  const shown = element("span", "gx-value");
  const play = element("button", "gx-button gx-play", "Play");
  const plot = chart();
  const row = field("Top cells", range);
  range.type = "range";
  range.min = "0";
  range.step = "1";
  range.setAttribute("aria-label", "Top cells");
  row.firstElementChild?.append(" ", shown);
  const line = element("div", "gx-top-row");
  line.append(row, play);
  root.append(line, plot.element);

  let scores: DataView | null = null;
  let order: number[] = [];
  let timer = 0;
  /** Curve and error as they were when another curve was asked for: these are no answer. */
  let before = "";
  let sliding = false;
  /** The picture that is played: cells of another are not selected. */
  let played: DataView | null = null;

  const select = (k: number, remember: boolean) => {
    const grid = filled(model.get("grid"));
    if (grid) choose(valueOf(grid, order.slice(0, k)), model.get("keep"), remember);
  };

  /** How many of the top cells are selected, if just they are. */
  const chosen = (): number | null => {
    const grid = filled(model.get("grid"));
    const k = model.get("value").length;
    if (!grid || k === 0) return 0;
    const same = sameCells(selectionOf(grid, model.get("value")), new Set(order.slice(0, k)));
    return same ? k : null;
  };

  const pause = () => {
    window.clearInterval(timer);
    timer = 0;
    update();
  };

  const state = () => JSON.stringify([model.get("curve"), model.get("error")]);

  const next = () => {
    const curve = filled(model.get("curve"));
    const k = chosen();
    return curve && k !== null ? nextPoint(curve, k, model.get("keep")) : null;
  };

  const advance = () => {
    if (model.get("picture") !== played) return pause();
    if (state() === before && host() === "kernel") return;
    before = "";
    const point = next();
    if (!point) return pause();
    if (point.known) select(point.count, false);
  };

  const start = () => {
    const asked = isAsked(filled(model.get("curve")));
    before = asked ? "" : state();
    if (!asked) model.send({ type: "play" });
    if (isStill()) return;
    played = model.get("picture");
    if (!chosen() || !next()) select(0, true);
    timer = window.setInterval(advance, STEP);
    update();
  };

  range.addEventListener(
    "input",
    () => {
      const k = Number(range.value); // before a pause shows what is selected
      if (timer) pause();
      select(k, !sliding);
      sliding = true;
    },
    { signal },
  );
  range.addEventListener("change", () => (sliding = false), { signal });
  play.addEventListener("click", () => (timer ? pause() : start()), { signal });
  signal.addEventListener("abort", () => window.clearInterval(timer));

  const update = () => {
    if (scores !== model.get("scores")) {
      scores = model.get("scores");
      const drops = decodeScores(scores);
      order = topCells(drops, drops.length);
    }
    const most = order.length;
    const k = chosen();
    const curve = filled(model.get("curve"));
    range.max = String(most);
    range.disabled = most === 0 || host() === "gone";
    range.value = String(k ?? 0);
    const verb = model.get("keep") ? "kept" : "hidden";
    shown.textContent = k === null ? "own selection" : k === 0 ? "none" : `${k} of ${most} ${verb}`;
    range.setAttribute("aria-valuetext", shown.textContent);
    play.textContent = timer ? "Pause" : "Play";
    play.hidden = host() === "page";
    const idle = host() !== "kernel" || model.get("status") !== "done";
    play.title =
      model.get("status") !== "done" && !timer
        ? "Once every cell is scored"
        : "Hide the most important cells one after the other, and draw the probability";
    play.disabled = !timer && (idle || (isStill() && isAsked(curve)));
    plot.element.hidden = !curve;
    if (curve) plot.update(curve, most, k, targetName(model));
  };
  return { element: root, update };
}

function targetName(model: Model): string {
  const labels = model.get("labels");
  const prediction = filled(model.get("prediction"));
  return prediction ? className(labels, repeated(labels), prediction.target) : "";
}

/** Whether the whole curve is known, or on its way. */
function isAsked(curve: Curve | null): boolean {
  return curve !== null && (curve.running || ![...curve.deletion, ...curve.insertion].includes(null));
}

function isStill(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** The point after `k` on the curve that is played; null at its end. */
export function nextPoint(curve: Curve, k: number, keep: boolean): { count: number; known: boolean } | null {
  const at = curve.counts.findIndex((count) => count > k);
  const count = curve.counts[at];
  if (count === undefined) return null;
  const value = (keep ? curve.insertion : curve.deletion)[at];
  if (value == null && !curve.running) return null;
  return { count, known: value != null };
}
