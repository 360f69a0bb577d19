// The metrics of a map, and their meanings.

import { element, showNodes } from "../dom/element";
import type { Metric, MetricValues } from "../model/comparison_protocol";
import { ARROWS, metricText, sizeText, type BestTexts } from "../text/metrics";

/** Known metrics; the best of all maps stands out. */
export function metricRow(
  metrics: readonly Metric[],
  values: MetricValues | null,
  best: BestTexts,
): HTMLElement[] {
  if (!values) return [];
  return metrics.flatMap((metric) => {
    const value = values[metric.name];
    return value === null ? [] : [entry(metric, value, values, best)];
  });
}

function entry(
  metric: Metric,
  value: number | boolean,
  { area }: MetricValues,
  best: BestTexts,
): HTMLElement {
  const text = metricText(metric, value);
  const root = element("div", "gx-metric");
  const number = element("dd", "gx-metric-value", text);
  if (text === best[metric.name]) {
    number.classList.add("gx-best");
    number.append(element("span", "gx-sr", ", the best"));
  }
  if (metric.name === "inside" && area !== null) {
    number.append(" ", element("span", "gx-metric-area", `(area ${sizeText(area)})`));
  }
  root.append(headingOf(metric), number);
  return root;
}

/** Screen readers get words, not the arrow. */
function headingOf({ name, title, better }: Metric): HTMLElement {
  const heading = element("dt", "gx-metric-name", title);
  if (name === "pointing") return heading; // ✓ and ✗ say which is better
  const arrow = element("span", "", ` ${ARROWS[better]}`);
  arrow.setAttribute("aria-hidden", "true");
  heading.title = `${better} is better`;
  heading.append(arrow, element("span", "gx-sr", `, ${heading.title}`));
  return heading;
}

export function glossary() {
  const root = element("details", "gx-glossary");
  const list = element("dl", "gx-meanings");
  const how = element("p", "");
  root.append(element("summary", "gx-quiet", "What the metrics mean"), list, how);
  const update = (metrics: readonly Metric[], fill: string) => {
    showNodes(list, metrics.flatMap((metric) => [headingOf(metric), element("dd", "", metric.meaning)]));
    const hidden = fill ? ` Hidden cells are filled with ${fill}.` : "";
    how.textContent = `Bold marks the best of the maps shown.${hidden}`;
  };
  return { element: root, update };
}
