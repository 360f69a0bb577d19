// What measures make of a map, in one row, and what they mean.

import type { Figures } from "../model/comparison_protocol";
import { element } from "../dom/element";
import { ARROWS, MEASURES, measureText, sizeText, type Best, type Measure } from "../text/metrics";

/** A heading and a number for each figure that is known; the best of all maps stands out. */
export function figureRow(figures: Figures | null, best: Best): HTMLElement[] {
  if (!figures) return [];
  return MEASURES.flatMap((measure) => {
    const value = figures[measure.name];
    return value === null ? [] : [figure(measure, value, figures, best)];
  });
}

function figure(measure: Measure, known: number | boolean, { area }: Figures, best: Best): HTMLElement {
  const text = measureText(measure, known);
  const [root, name] = [element("div", "gx-figure"), headingOf(measure)];
  const value = element("dd", "gx-figure-value", text);
  if (text === best[measure.name]) {
    value.classList.add("gx-best");
    value.append(element("span", "gx-sr", ", the best"));
  }
  if (measure.name === "inside" && area !== null) {
    value.append(" ", element("span", "gx-figure-area", `(area ${sizeText(area)})`));
  }
  root.append(name, value);
  return root;
}

/** Read out, an arrow says less than the words after it. */
function headingOf(measure: Measure): HTMLElement {
  const heading = element("dt", "gx-figure-name", measure.title);
  if (measure.name === "pointing") return heading; // ✓ and ✗ say which is better
  const better = `${measure.better} is better`;
  const arrow = element("span", "", ` ${ARROWS[measure.better]}`);
  arrow.setAttribute("aria-hidden", "true");
  heading.title = better;
  heading.append(arrow, element("span", "gx-sr", `, ${better}`));
  return heading;
}

/** What the figures mean, for all maps. */
export function glossary(): { element: HTMLElement; update(fill: string): void } {
  const root = element("details", "gx-glossary");
  const list = element("dl", "gx-meanings");
  for (const measure of MEASURES) {
    list.append(headingOf(measure), element("dd", "", measure.meaning));
  }
  const how = element("p", "");
  root.append(element("summary", "gx-quiet", "What the figures mean"), list, how);
  const update = (fill: string) => {
    const hidden = fill ? ` Hidden cells are filled with ${fill}.` : "";
    how.textContent = `Bold marks the best of the maps that are shown.${hidden}`;
  };
  return { element: root, update };
}
