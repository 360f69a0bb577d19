// How metrics are written, and which map is best. Pure functions.

import { numberText } from "../cells/quantity";
import { ORDER_METRICS, type Metric, type MetricValues, type OrderMetric } from "../model/comparison_protocol";

export const ARROWS: Record<Metric["better"], string> = { higher: "↑", lower: "↓" };

export function metricText({ signed, value: own }: Metric, value: number | boolean): string {
  if (typeof value === "boolean") return value ? "✓ hit" : "✗ miss";
  if (own) return `${signed && value > 0 ? "+" : ""}${numberText(value)}`;
  const text = sizeText(value);
  if (Number(text) === 0) return text;
  return (value < 0 ? "−" : signed ? "+" : "") + text;
}

/** Two digits, or four where two would read 0; no sign. */
function sizeText(value: number): string {
  const size = Math.abs(value);
  const text = size.toFixed(size < 0.01 ? 4 : 2);
  return Number(text) === 0 ? "0.00" : text;
}

/** "0.11 to 0.30", or "±0.12" where the band lies evenly about 0. */
export function bandText(metric: Metric, [low, high]: readonly [number, number]): string {
  if (low === -high) return `±${metricText({ ...metric, signed: false }, high)}`;
  return `${metricText(metric, low)} to ${metricText(metric, high)}`;
}

export function isOrderMetric(name: Metric["name"]): name is OrderMetric {
  return ORDER_METRICS.some((known) => known === name);
}

/** The best value of each metric, as written, by fill and "" for those of none. */
export type BestTexts = Record<string, Partial<Record<Metric["name"], string>>>;

/** None where all maps read the same, the fill tells no maps apart, or random orders reach it. */
export function bestOf(metrics: readonly Metric[], maps: readonly MetricValues[]): BestTexts {
  const best: BestTexts = { "": {} };
  for (const metric of metrics) {
    const { name } = metric;
    if (!isOrderMetric(name)) {
      const doubtful = (values: MetricValues) => name === "foretells" && values.doubt !== "";
      const most = bestText(metric, maps.map((values) => (doubtful(values) ? null : values[name])));
      if (most) best[""]![name] = most.text;
      continue;
    }
    for (const { fill, ranks, bands } of maps[0]?.under ?? []) {
      const under = maps.flatMap((values) => values.under.filter((one) => one.fill === fill));
      const most = bestText(metric, under.map((one) => one[name]));
      const [low, high] = bands[name] ?? [Infinity, -Infinity];
      if (most && ranks && !(most.value >= low && most.value <= high)) (best[fill] ??= {})[name] = most.text;
    }
  }
  return best;
}

function bestText(metric: Metric, values: (number | boolean | null)[]): { text: string; value: number } | null {
  const known = values.filter((value) => typeof value === "number");
  const texts = new Set(known.map((value) => metricText(metric, value)));
  if (texts.size < 2) return null;
  const value = metric.better === "higher" ? Math.max(...known) : Math.min(...known);
  return { text: metricText(metric, value), value };
}
