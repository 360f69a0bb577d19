// The legend that all maps of a comparison share.

import { MAP_APPEARANCE } from "../cells/colors";
import { element } from "../dom/element";
import { gradient, pendingEntry } from "../grid/legend";

export function comparisonLegend(): { element: HTMLElement; update(unknown: boolean, sides: readonly string[]): void } {
  const root = element("div", "gx-legend");
  const colors = element("div", "gx-legend-colors");
  const scale = element("span", "gx-legend-scale");
  const bar = element("span", "gx-legend-bar");
  const scaleText = "each map has its own scale, up to its largest value";
  bar.style.backgroundImage = gradient(MAP_APPEARANCE);
  scale.append(bar, element("span", "gx-legend-zero", "0"));
  const [against, supports] = [element("span", "gx-legend-side gx-label"), element("span", "gx-legend-side gx-label")];
  colors.append(against, scale, supports);
  const unknown = pendingEntry("not known");
  root.append(colors, element("span", "gx-legend-own", scaleText), unknown.element);
  const update = (any: boolean, [above, below]: readonly string[]) => {
    against.textContent = `speaks ${below}`;
    supports.textContent = `speaks ${above}`;
    unknown.element.hidden = !any;
  };
  return { element: root, update };
}
