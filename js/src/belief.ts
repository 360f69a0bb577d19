// What is said of a selection: its name, what it did, what its cells do together. Pure functions.

import type { Cell, Evidence, Score } from "./protocol";
import { amountText, percent } from "./scores";

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
  if (from === to) return `“${name}” stays at ${to}`;
  return `“${name}” ${after < before ? "falls" : "rises"} from ${from} to ${to}`;
}

/** What hiding cells together does beyond what each does alone; null where that is not known. */
export function synergyText({ drop, sum, cells }: Evidence, score: Score): string | null {
  if (drop === null || sum === null) return null;
  const apart = `one by one they add up to ${amountText(sum, score)}`;
  if (Math.abs(drop - sum) < LEAST_SYNERGY[score]) return `${apart}, about the same.`;
  if (drop * sum < 0) {
    const way = drop > sum ? "higher" : "lower";
    return `${apart}. Together the drop is ${amountText(Math.abs(drop - sum), score)} ${way} than that.`;
  }
  const beyond = Math.abs(drop) - Math.abs(sum);
  const amount = amountText(Math.abs(beyond), score);
  const [more, why] = beyond > 0 ? ["more", redundant(cells.length)] : ["less", "hiding a part does most of it"];
  return `${apart}. Together they matter ${amount} ${more} than apart: ${why}.`;
}

/** What is left stands in for what is hidden, until all of it is. */
function redundant(count: number): string {
  return count === 2 ? "either one is enough" : "some of them are enough";
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
