// What the colours of all maps of a comparison mean.

import { LOOKS } from "./map_view";
import { element } from "../dom/element";
import { gradient, pendingEntry } from "../grid/legend";

export function compareLegend(): { element: HTMLElement; update(unknown: boolean): void } {
  const root = element("div", "gx-legend");
  const colors = element("div", "gx-legend-colors");
  const scale = element("span", "gx-legend-scale");
  const bar = element("span", "gx-legend-bar");
  const own = "each map on its own scale: its largest value has the full colour";
  bar.style.backgroundImage = gradient(LOOKS);
  scale.append(bar, element("span", "gx-legend-zero", "0"));
  colors.append(element("span", "", "most against"), scale, element("span", "", "most for"));
  const unknown = pendingEntry("not known");
  root.append(colors, element("span", "gx-legend-own", own), unknown.element);
  const update = (any: boolean) => {
    unknown.element.hidden = !any;
  };
  return { element: root, update };
}
