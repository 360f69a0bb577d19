// Texts about a selection: title, effect, synergy. Pure functions.

import { PROBABILITY, quantityText } from "../cells/quantity";
import { amountText } from "../cells/scores";
import type { Evidence, Score } from "../model/explorer_protocol";
import type { Cell, Quantity } from "../model/widget_model";

/** Smaller synergies read as none; in probability (0..1) and log-odds. */
const MIN_SYNERGY: Record<Exclude<Score, "value">, number> = { probability: 0.005, "log-odds": 0.05 };

export function titleText(cells: Cell[], keep: boolean): string {
  const [first] = cells;
  const what =
    cells.length === 1 && first
      ? `row ${first[0] + 1}, column ${first[1] + 1}`
      : `${keep ? "these " : ""}${cells.length} cells`;
  return `${keep ? "Only" : "Without"} ${what}`;
}

/** The selection as Python writes it, counted from 0. */
export function valueText(cells: Cell[]): string {
  return `value = [${cells.map(([row, column]) => `(${row}, ${column})`).join(", ")}]`;
}

/** “cat” falls from 83.0% to 20.0% */
export function fromToText(
  name: string,
  before: number,
  after: number,
  quantity: Quantity = PROBABILITY,
): string {
  const [from, to] = [quantityText(before, quantity), quantityText(after, quantity)];
  if (quantity.name === "value" && from !== to) {
    return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
  }
  const bounds = /[<>]/.test(from + to);
  if (from === to || (Math.abs(after - before) < 0.0005 && !bounds)) return `“${name}” stays at ${to}`;
  return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
}

/** A set's drop against the sum of its cells'; null if unknown. */
export function synergyText(
  { drop, sum }: Evidence,
  singles: number[],
  score: Score,
  unit = "",
): string | null {
  if (drop === null || sum === null) return null;
  const apart = `one by one they add up to ${amountText(sum, score, unit)}`;
  const beyond = drop - sum;
  // Values have a size of their own.
  const least = score === "value" ? 0.02 * Math.abs(drop) : MIN_SYNERGY[score];
  if (Math.abs(beyond) < least || beyond === 0) return `${apart}, about the same.`;
  if (singles.some((single) => single * drop < 0 && Math.abs(single) >= least)) {
    const way = beyond > 0 ? "higher" : "lower";
    const amount = amountText(Math.abs(beyond), score, unit);
    return `${apart}. Together the drop is ${amount} ${way}; some of the cells support the class, some count against it.`;
  }
  const more = Math.abs(drop) > Math.abs(sum);
  const amount = amountText(Math.abs(beyond), score, unit);
  const matter = `Together they matter ${amount} ${more ? "more" : "less"} than apart`;
  const why = (more ? redundantText : overlapText)(drop, singles);
  return `${apart}. ${matter}${why && `: ${why}`}.`;
}

/** No cell has more than half of the joint drop. */
function redundantText(drop: number, singles: number[]): string {
  if (singles.some((single) => Math.abs(single) > Math.abs(drop) / 2)) return "";
  return `${singles.length === 2 ? "either one is" : "some of them are"} enough for the model`;
}

/** One cell alone has nearly the joint drop. */
function overlapText(drop: number, singles: number[]): string {
  const most = singles.some((single) => Math.abs(single) > 0.8 * Math.abs(drop));
  return most ? "hiding one of them has most of the effect" : "";
}

/** Index of the most probable class before (1) or after (2). */
export function winner(classes: Evidence["classes"], at: 1 | 2): number {
  return classes.reduce((first, second) => (second[at] > first[at] ? second : first))[0];
}

/** Whether the most probable class after is well above chance; as is_clear in headline.py. */
export function isClear(classes: Evidence["classes"], count: number): boolean {
  const [most, chance] = [Math.max(...classes.map(([, , after]) => after)), 1 / Math.max(2, count)];
  return most >= 2 * chance || most >= chance + 0.1;
}

/** In percentage points; ±0.0 if it rounds to none. Values: in their unit. */
export function pointsText(before: number, after: number, quantity: Quantity = PROBABILITY): string {
  if (quantity.name === "value") return `${after > before ? "+" : ""}${amountText(after - before, "value")}`;
  const points = (100 * (after - before)).toFixed(1);
  if (Number(points) === 0) return "±0.0";
  return points.startsWith("-") ? points.replace("-", "−") : `+${points}`;
}
