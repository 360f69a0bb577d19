// The top k cells: a slider that hides or keeps them, a player that draws the curves.

import { listen } from "../dom/listen";
import { decodeScores } from "../cells/scores";
import { sameCells, selectionOf, topCells, valueOf } from "../cells/selection";
import { shownMap, shownScores } from "../cells/two_maps";
import { attribute, element } from "../dom/element";
import { field } from "../dom/field";
import type { Choose } from "../grid/selector";
import type { Curve, Model } from "../model/explorer_protocol";
import { filled, type Cell, type Host } from "../model/widget_model";
import { curveChart } from "./curve_chart";

/** Between two steps of the player. */
const STEP_MS = 140;

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
  const plot = curveChart();
  const row = field("Strongest cells", range);
  range.type = "range";
  range.min = "0";
  range.step = "1";
  attribute(range, "aria-label", "Strongest cells");
  row.firstElementChild?.append(" ", shown);
  const line = element("div", "gx-top-row");
  line.append(row, play);
  root.append(line, plot.element);

  let scores: DataView | null = null;
  let order: number[] = [];
  let timer = 0;
  /** Curve and error when the curves were requested; unchanged until an answer. */
  let before = "";
  let sliding = false;
  /** The player stops if the picture or the grid changes. */
  let played: unknown[] = [];
  /** To be given back where the answer never changes. */
  let selected: Cell[] = [];

  const select = (k: number, remember: boolean) => {
    const grid = filled(model.get("grid"));
    if (grid) choose(valueOf(grid, order.slice(0, k)), model.get("keep"), remember);
  };

  /** k if exactly the top k cells are selected, else null. */
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

  const playedOn = () => [model.get("picture"), JSON.stringify(model.get("grid"))];

  const next = () => {
    const curve = filled(model.get("curve"));
    const k = chosen();
    return curve && k !== null ? nextPoint(curve, k, model.get("keep")) : null;
  };

  const advance = () => {
    if (playedOn().some((part, at) => part !== played[at])) return pause();
    if (chosen() === null) return pause(); // others were selected meanwhile: they stay
    if (state() === before && host() === "kernel") return;
    before = "";
    const point = next();
    if (!point) {
      choose(selected, model.get("keep"), false);
      return pause();
    }
    if (!point.known) return;
    select(point.count, false);
    if (point.count === changeOf(filled(model.get("curve")), model.get("keep"))) pause();
  };

  const start = () => {
    const requested = isRequested(filled(model.get("curve")));
    before = requested ? "" : state();
    if (!requested) model.send({ type: "play" });
    if (prefersReducedMotion()) return;
    played = playedOn();
    selected = model.get("value");
    if (!chosen() || !next()) select(0, true);
    timer = window.setInterval(advance, STEP_MS);
    update();
  };

  listen(range, "input", () => {
    const k = Number(range.value); // before a pause resets the slider
    if (timer) pause();
    select(k, !sliding);
    sliding = true;
  }, signal);
  listen(range, "change", () => (sliding = false), signal);
  listen(play, "click", () => (timer ? pause() : start()), signal);
  signal.addEventListener("abort", () => window.clearInterval(timer));

  const update = () => {
    if (scores !== shownScores(model)) {
      scores = shownScores(model);
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
    shown.textContent = k === null ? "others are selected" : k === 0 ? "none selected" : `${k} of ${most} ${verb}`;
    attribute(range, "aria-valuetext", shown.textContent);
    play.textContent = timer ? "Pause" : "Play";
    play.hidden = host() === "page";
    const idle = host() !== "kernel" || model.get("status") !== "done";
    play.title =
      model.get("status") !== "done" && !timer
        ? "Available once every cell is scored"
        : "Hide the strongest cells one by one";
    play.disabled = !timer && (idle || (prefersReducedMotion() && isRequested(curve)));
    const follows = curve?.map === shownMap(model); // else it hides cells in another order
    plot.element.hidden = !follows;
    if (curve && follows) plot.update(curve, most, k, model.get("quantity"));
  };
  return { element: root, update };
}

/** Whether the curve is complete or running. */
function isRequested(curve: Curve | null): boolean {
  return curve !== null && (curve.running || ![...curve.deletion, ...curve.insertion].includes(null));
}

function prefersReducedMotion(): boolean {
  return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
}

/** Where the answer changes, or, of cells that are kept, where it is there. */
function changeOf(curve: Curve | null, keep: boolean): number | null {
  return curve?.changes[keep ? "insertion" : "deletion"] ?? null;
}

/** The next point after `k`; null at the end. */
export function nextPoint(curve: Curve, k: number, keep: boolean): { count: number; known: boolean } | null {
  const at = curve.counts.findIndex((count) => count > k);
  const count = curve.counts[at];
  if (count === undefined) return null;
  const value = (keep ? curve.insertion : curve.deletion)[at];
  if (value == null && !curve.running) return null;
  return { count, known: value != null };
}
