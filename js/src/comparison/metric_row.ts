// The metrics of a map, and their meanings.

import { attribute, element, showNodes } from "../dom/element";
import type { Metric, MetricValues, OrderMetric, UnderFill } from "../model/comparison_protocol";
import { ARROWS, bandText, isOrderMetric, metricText, type BestTexts } from "../text/metrics";

/** A table with a column for each fill, then the metrics of none; the best of all maps stands out. */
export function metricRows(
  metrics: readonly Metric[],
  values: MetricValues | null,
  best: BestTexts,
): HTMLElement[] {
  if (!values) return [];
  const warnings = [values.doubt, ...values.under.map(({ verdict }) => verdict)].filter(Boolean);
  return [
    underTable(metrics, values, best),
    ...warnings.map((warning) => element("p", "gx-audit-verdict", warning)),
    wholeList(metrics, values, best),
  ];
}

function underTable(metrics: readonly Metric[], { under }: MetricValues, best: BestTexts): HTMLElement {
  const table = element("table", "gx-metrics");
  const head = element("tr", "");
  head.append(element("td", ""), ...under.map(({ fill }) => headerCell("col", "gx-metric-fill", `by ${fill}`)));
  table.append(head);
  for (const metric of metrics) {
    const { name } = metric;
    if (!isOrderMetric(name)) continue;
    const row = element("tr", "");
    const heading = headerCell("row", "gx-metric-name");
    heading.append(...headingOf(metric));
    heading.title = `${metric.better} is better`;
    if (under.some(({ bands }) => bands[name])) heading.append(randomLabel());
    row.append(heading, ...under.map((one) => underCell(metric, name, one, best[one.fill]?.[name])));
    table.append(row);
  }
  return table;
}

function headerCell(scope: string, className: string, text = ""): HTMLElement {
  const cell = element("th", className, text);
  attribute(cell, "scope", scope);
  return cell;
}

function underCell(metric: Metric, name: OrderMetric, one: UnderFill, best?: string): HTMLElement {
  const cell = element("td", "");
  const band = one.bands[name];
  cell.append(valueOf(metricText(metric, one[name]), best));
  if (!one.ranks) cell.dataset["flat"] = "";
  if (band) {
    const random = element("span", "gx-metric-random", bandText(metric, band));
    random.title = "Nine of ten random orders of the cells lie here";
    random.prepend(element("span", "gx-sr", "random orders "));
    cell.append(" ", random);
  }
  return cell;
}

/** Screen readers hear it with each figure. */
function randomLabel(): HTMLElement {
  const label = element("span", "gx-metric-random", "random orders");
  attribute(label, "aria-hidden", "true");
  return label;
}

function wholeList(metrics: readonly Metric[], values: MetricValues, best: BestTexts): HTMLElement {
  const list = element("dl", "gx-whole-metrics");
  for (const metric of metrics) {
    const { name } = metric;
    if (isOrderMetric(name)) continue;
    const [value, beside] = [values[name], values.beside[name]];
    if (value === null) continue;
    const heading = element("dt", "gx-metric-name");
    heading.append(...headingOf(metric));
    const number = element("dd", "");
    number.append(valueOf(metricText(metric, value), best[""]?.[name]));
    if (beside) number.append(" ", element("span", "gx-metric-beside", `(${beside})`));
    list.append(heading, number);
  }
  list.hidden = list.childElementCount === 0;
  return list;
}

function valueOf(text: string, best: string | undefined): HTMLElement {
  const number = element("span", "gx-metric-value", text);
  if (text === best) {
    number.classList.add("gx-best");
    number.append(element("span", "gx-sr", ", the best"));
  }
  return number;
}

/** Screen readers get words, not the arrow. */
function headingOf({ name, title, better }: Metric): (Node | string)[] {
  if (name === "pointing") return [title]; // ✓ and ✗ say which is better
  const arrow = element("span", "", ` ${ARROWS[better]}`);
  attribute(arrow, "aria-hidden", "true");
  return [title, arrow, element("span", "gx-sr", `, ${better} is better`)];
}

export function glossary() {
  const root = element("details", "gx-glossary");
  const list = element("dl", "gx-meanings");
  const how = element("p", "");
  root.append(element("summary", "gx-quiet", "What the metrics mean"), list, how);
  const update = (metrics: readonly Metric[], fills: readonly string[]) => {
    const entries = metrics.flatMap((metric) => {
      const heading = element("dt", "");
      heading.append(...headingOf(metric));
      return [heading, element("dd", "", metric.meaning)];
    });
    showNodes(list, entries);
    const hidden = fills.length > 0 ? ` Hidden cells are filled with ${fills.join(", then with ")}.` : "";
    how.textContent =
      `Trust is high where a map orders the cells better than random orders under each fill that can ` +
      `tell maps apart and foretells what hiding does; it is low where a map does neither, or stays when ` +
      `the weights are randomised. Bold marks the best of the maps shown, unless random orders reach it as well. Below each figure ` +
      `stands what nine of ten random orders of the cells reach.${hidden}`;
  };
  return { element: root, update };
}
