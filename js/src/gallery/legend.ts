// What the colours of all maps say.

import { MAP_APPEARANCE } from "../cells/colors";
import { element } from "../dom/element";
import { gradient } from "../grid/legend";

export function galleryLegend(): HTMLElement {
  const root = element("p", "gx-gallery-legend");
  const bar = element("span", "gx-gallery-legend-bar");
  bar.style.backgroundImage = gradient(MAP_APPEARANCE);
  const scale = "each map has its own scale, up to its largest value";
  root.append("speaks against ", bar, " speaks for the answer ", element("span", "gx-gallery-legend-own", scale));
  return root;
}
