// How metrics are written, and which map is best. Pure functions.

import { numberText } from "../cells/quantity";
import type { Metric, MetricValues } from "../model/comparison_protocol";

export const ARROWS: Record<Metric["better"], string> = { higher: "↑", lower: "↓" };

export function metricText({ signed, value: own }: Metric, value: number | boolean): string {
  if (typeof value === "boolean") return value ? "✓ hit" : "✗ miss";
  if (own) return `${signed && value > 0 ? "+" : ""}${numberText(value)}`;
  const text = sizeText(value);
  if (Number(text) === 0) return text;
  return (value < 0 ? "−" : signed ? "+" : "") + text;
}

/** Two digits, or four where two would read 0; no sign. */
export function sizeText(value: number): string {
  const size = Math.abs(value);
  const text = size.toFixed(size < 0.01 ? 4 : 2);
  return Number(text) === 0 ? "0.00" : text;
}

/** The best value of each metric, as written; none where all maps read the same. */
export type BestTexts = Partial<Record<Metric["name"], string>>;

export function bestOf(metrics: readonly Metric[], maps: readonly MetricValues[]): BestTexts {
  const best: BestTexts = {};
  for (const metric of metrics) {
    const known = maps.map((values) => values[metric.name]).filter((value) => typeof value === "number");
    const texts = new Set(known.map((value) => metricText(metric, value)));
    if (texts.size < 2) continue;
    const most = metric.better === "higher" ? Math.max(...known) : Math.min(...known);
    best[metric.name] = metricText(metric, most);
  }
  return best;
}
