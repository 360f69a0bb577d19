// What is said of a map and of its cells. Pure functions.

import { placeText } from "./cell_text";
import { className, repeated } from "./classes";
import type { Evidence, MapRecord, Progress, Status, Unit } from "../model/comparison_protocol";
import type { GridShape, Host } from "../model/widget_model";
import { isFailed, isScored, percent, seconds } from "../cells/scores";

/** Classes that are named of what a hidden cell does. */
const NAMED = 3;

/** A number of a map with its unit, as exact as the map's largest is with three digits. */
export function valueText(value: number, unit: Unit, largest: number): string {
  if (isFailed(value)) return "failed";
  if (!isScored(value)) return "not known";
  const scaled = unit === "probability" ? 100 : 1;
  const number = numberText(scaled * value, scaled * largest);
  const sign = unit !== "" && value > 0 && /[1-9]/.test(number) ? "+" : "";
  return `${sign}${number}${unitText(unit)}`;
}

/** What the full colour stands for; "" where nothing is known of the map. */
export function scaleText(values: Float32Array, largest: number, unit: Unit): string {
  if (largest === 0) return values.some(isScored) ? "0 in every cell" : "";
  const scaled = unit === "probability" ? 100 : 1;
  return `full colour: ${numberText(scaled * largest, scaled * largest)}${unitText(unit)}`;
}

function unitText(unit: Unit): string {
  return { probability: " points", "log-odds": " log-odds", "": "" }[unit];
}

function numberText(value: number, largest: number): string {
  if (value === 0) return "0";
  if (largest < 1e-3 || largest >= 1e5) {
    return value.toExponential(2).replace("e+", "e").replaceAll("-", "−");
  }
  const text = value.toFixed(Math.max(0, 2 - Math.floor(Math.log10(largest))));
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

/** “2nd of 64”, or “2nd–5th of 64” of cells with the same number. */
export function rankText(values: Float32Array, index: number): string {
  const own = values[index];
  if (!isScored(own)) return "";
  let [larger, equal, known] = [0, 0, 0];
  for (const value of values) {
    if (!isScored(value)) continue;
    known++;
    if (value > own) larger++;
    else if (value === own) equal++;
  }
  const ranks = equal > 1 ? `${ordinal(larger + 1)}–${ordinal(larger + equal)}` : ordinal(larger + 1);
  return `${ranks} of ${known}`;
}

export function ordinal(rank: number): string {
  const teen = Math.floor(rank / 10) % 10 === 1;
  const ending = teen ? undefined : ["th", "st", "nd", "rd"][rank % 10];
  return `${rank}${ending ?? "th"}`;
}

/** What a map took: “65 model calls, 1.2 s”. */
export function costText({ forward, backward, seconds: took }: MapRecord): string {
  const calls = forward === 1 ? "call" : "calls";
  const gradients = backward === 1 ? "gradient" : "gradients";
  const asked =
    backward > 0 ? `${forward} ${calls} + ${backward} ${gradients}` : `${forward} model ${calls}`;
  return `${asked}, ${tookText(took)}`;
}

function tookText(took: number): string {
  if (took < 0.05) return "<0.1 s";
  return took < 9.95 ? `${took.toFixed(1)} s` : seconds(took);
}

/** Where a map is: what it took once it is done. */
export function stateText(map: MapRecord | null, progress: Progress, status: Status): string {
  if (!map) return "Waiting";
  if (map.status === "failed") return "Failed";
  if (map.status === "done") return costText(map);
  const done = progress ? `${progress[0]} of ${progress[1]}` : "";
  if (status !== "running") return done && map.status === "running" ? `Stopped after ${done}` : "Stopped";
  return map.status === "pending" ? "Waiting" : done || "Running";
}

/** How far all are: “3 of 5 maps are done; LIME failed”. */
export function newsText(maps: readonly (MapRecord | null)[], status: Status): string {
  if (maps.length === 0) return "No maps: add a method";
  const done = maps.filter((map) => map?.status === "done").length;
  const failed = maps.filter((map) => map?.status === "failed").map((map) => map!.title);
  const news = [`${done} of ${maps.length} ${maps.length === 1 ? "map is" : "maps are"} done`];
  if (failed.length > 0) news.push(`${failed.join(", ")} failed`);
  if (status === "stopped") news.push("stopped");
  return news.join("; ");
}

/** What a hidden cell does to the first classes: each one's name, and “93.0% → 12.0%”. */
export function changesOf({ classes }: Evidence, labels: string[]): [name: string, change: string][] {
  const twice = repeated(labels);
  return classes.slice(0, NAMED).map(([index, before, after]) => {
    return [className(labels, twice, index), `${percent(before)} → ${percent(after)}`];
  });
}

export function hiddenText(index: number, grid: GridShape): string {
  return `With ${placeText(grid, index).toLowerCase()} hidden`;
}

/** What pointing and clicking do, while no cell is chosen. */
export const HINTS: Record<Host, string> = {
  kernel: "Click a cell to ask the model what it believes without it.",
  page: "Click a cell to keep it, and to see what the model believes without it.",
  gone: "Click a cell to keep it.",
};
