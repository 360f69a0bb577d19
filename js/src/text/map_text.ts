// Texts about a map and its cells. Pure functions.

import { changeOf, PROBABILITY } from "../cells/quantity";
import { isFailed, isScored, secondsText } from "../cells/scores";
import type { Evidence, MapRecord, Progress, Unit } from "../model/comparison_protocol";
import { filled, type GridShape, type Host, type Quantity, type Status } from "../model/widget_model";
import { placeText } from "./cell_text";
import { className, duplicateLabels } from "./classes";

/** Classes named in the effect of a hidden cell. */
const MAX_NAMED_CLASSES = 3;

/** With its unit; decimals show three digits of the map's largest value. */
export function valueText(value: number, unit: Unit, largest: number, name = ""): string {
  if (isFailed(value)) return "failed";
  if (!isScored(value)) return "not known";
  const scaled = unit === "probability" ? 100 : 1;
  const number = numberText(scaled * value, scaled * largest);
  const sign = unit !== "" && value > 0 && /[1-9]/.test(number) ? "+" : "";
  return `${sign}${number}${unitText(unit, name)}`;
}

/** The value in full colour; "" while unknown. */
export function scaleText(values: Float32Array, largest: number, unit: Unit, name = ""): string {
  if (largest === 0) return values.some(isScored) ? "0 in every cell" : "";
  const scaled = unit === "probability" ? 100 : 1;
  return `full colour: ${numberText(scaled * largest, scaled * largest)}${unitText(unit, name)}`;
}

/** `name` is the unit of values, such as “years”. */
function unitText(unit: Unit, name: string): string {
  return { probability: " points", "log-odds": " log-odds", value: name && ` ${name}`, "": "" }[unit];
}

function numberText(value: number, largest: number): string {
  if (value === 0) return "0";
  if (largest < 1e-3 || largest >= 1e5) {
    return value.toExponential(2).replace("e+", "e").replaceAll("-", "−");
  }
  const text = value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(largest))));
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** “65 model calls, 1.2 s” */
export function costText({ forward, backward, seconds: took }: MapRecord): string {
  const calls = forward === 1 ? "call" : "calls";
  const gradients = backward === 1 ? "gradient" : "gradients";
  const work =
    backward > 0 ? `${forward} ${calls} + ${backward} ${gradients}` : `${forward} model ${calls}`;
  return `${work}, ${tookText(took)}`;
}

function tookText(took: number): string {
  if (took < 0.05) return "<0.1 s";
  return took < 9.95 ? `${took.toFixed(1)} s` : secondsText(took);
}

/** The progress of a map, or its cost once done. */
export function stateText(map: MapRecord | null, progress: Progress, status: Status): string {
  if (!map) return "Waiting";
  if (map.status === "failed") return "Failed";
  if (map.status === "done") return costText(map);
  if (isMade(map)) return randomisingText(progress, status);
  const done = progress ? `${progress[0]} of ${progress[1]}` : "";
  if (status !== "running") return done && map.status === "running" ? `Stopped after ${done}` : "Stopped";
  return map.status === "pending" ? "Waiting" : done || "Running";
}

function randomisingText(progress: Progress, status: Status): string {
  if (status !== "running") return "Weights not randomised yet";
  return progress ? `Randomising weights: ${progress[0]} of ${progress[1]}` : "Randomises weights later";
}

/** Whether only randomised weights are still to come. */
function isMade(map: MapRecord | null): boolean {
  return map?.status === "done" || (map !== null && map.status !== "failed" && filled(map.figures) !== null);
}

/** “3 of 5 maps are done; weights randomised for 1; LIME failed” */
export function newsText(maps: readonly (MapRecord | null)[], status: Status): string {
  if (maps.length === 0) return "No maps: add a method";
  const done = maps.filter(isMade).length;
  const failed = maps.filter((map) => map?.status === "failed").map((map) => map!.title);
  const news = [`${done} of ${maps.length} ${maps.length === 1 ? "map is" : "maps are"} done`];
  const randomising = done > maps.filter((map) => map?.status === "done").length;
  if (randomising) news.push(`weights randomised for ${maps.filter(isRandomised).length}`);
  if (failed.length > 0) news.push(`${failed.join(", ")} failed`);
  if (status === "stopped") news.push("stopped");
  return news.join("; ");
}

function isRandomised(map: MapRecord | null): boolean {
  return typeof filled(map?.figures ?? {})?.randomised === "number";
}

/** Name and “93.0% → 12.0%” of the first classes. */
export function changesOf(
  { classes }: Evidence,
  labels: string[],
  quantity: Quantity = PROBABILITY,
): [name: string, change: string][] {
  const duplicates = duplicateLabels(labels);
  return classes.slice(0, MAX_NAMED_CLASSES).map(([index, before, after]) => {
    return [className(labels, duplicates, index), changeOf(before, after, quantity)];
  });
}

export function hiddenText(index: number, grid: GridShape): string {
  return `With ${placeText(grid, index).toLowerCase()} hidden`;
}

/** Shown while no cell is clicked. */
export const HINTS: Record<Host, string> = {
  kernel: "Click a cell to see what the model predicts without it.",
  page: "Click a cell to mark it, and to see what the model predicts without it.",
  gone: "Click a cell to mark it.",
};
