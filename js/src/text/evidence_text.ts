// What is said of a selection: its name, what it did, what its cells do together. Pure functions.

import type { Evidence, Score } from "../model/explorer_protocol";
import type { Cell } from "../model/widget_model";
import { amountText, percent } from "../cells/scores";

/** Synergies below this are told as none: points of probability over 100, and log-odds. */
const LEAST_SYNERGY: Record<Score, number> = { probability: 0.005, "log-odds": 0.05 };

/** At most so many cells are listed. */
const LISTED = 4;

export function titleText(cells: Cell[], keep: boolean): string {
  const [first] = cells;
  const what =
    cells.length === 1 && first
      ? `row ${first[0] + 1}, column ${first[1] + 1}`
      : `${keep ? "these " : ""}${cells.length} cells`;
  return `${keep ? "Only" : "Without"} ${what}`;
}

/** The selection as Python writes it. */
export function valueText(cells: Cell[]): string {
  const listed = cells.slice(0, LISTED).map(([row, column]) => `(${row}, ${column})`);
  return `value = [${listed.join(", ")}${cells.length > LISTED ? ", …" : ""}]`;
}

/** “cat” falls from 83.0% to 20.0% */
export function fromToText(name: string, before: number, after: number): string {
  const [from, to] = [percent(before), percent(after)];
  const bounds = /[<>]/.test(from + to);
  if (from === to || (Math.abs(after - before) < 0.0005 && !bounds)) return `“${name}” stays at ${to}`;
  return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
}

/** What hiding cells together does beyond what each does alone; null where that is not known. */
export function synergyText({ drop, sum }: Evidence, singles: number[], score: Score): string | null {
  if (drop === null || sum === null) return null;
  const apart = `one by one they add up to ${amountText(sum, score)}`;
  const beyond = drop - sum;
  if (Math.abs(beyond) < LEAST_SYNERGY[score]) return `${apart}, about the same.`;
  const least = LEAST_SYNERGY[score];
  if (singles.some((single) => single * drop < 0 && Math.abs(single) >= least)) {
    const way = beyond > 0 ? "higher" : "lower";
    const amount = amountText(Math.abs(beyond), score);
    return `${apart}. Together the drop is ${amount} ${way}; some of the cells speak for it, some against.`;
  }
  const more = Math.abs(drop) > Math.abs(sum);
  const amount = amountText(Math.abs(beyond), score);
  const matter = `Together they matter ${amount} ${more ? "more" : "less"} than apart`;
  const why = (more ? redundantText : overlapText)(drop, singles);
  return `${apart}. ${matter}${why && `: ${why}`}.`;
}

/** What is left stands in for what is hidden: no cell alone does half of what all do. */
function redundantText(drop: number, singles: number[]): string {
  if (singles.some((single) => Math.abs(single) > Math.abs(drop) / 2)) return "";
  return `${singles.length === 2 ? "either one is" : "some of them are"} enough for the model`;
}

/** Each is needed: some cell alone does nearly all of it. */
function overlapText(drop: number, singles: number[]): string {
  const most = singles.some((single) => Math.abs(single) > 0.8 * Math.abs(drop));
  return most ? "hiding one of them does most of it" : "";
}

/** Index of the most probable class, before (1) or after (2). */
export function winner(classes: Evidence["classes"], at: 1 | 2): number {
  return classes.reduce((first, second) => (second[at] > first[at] ? second : first))[0];
}

/** Points by which a probability changes, signed; ±0.0 where it does not as far as is shown. */
export function pointsText(before: number, after: number): string {
  const points = (100 * (after - before)).toFixed(1);
  if (Number(points) === 0) return "±0.0";
  return points.startsWith("-") ? points.replace("-", "−") : `+${points}`;
}
