// The picture itself, as the first of the maps, and what the model believes of it.

import { barKey, bars, type Belief } from "../dom/class_bars";
import { placeText } from "../text/cell_text";
import { mapView, type Pictures } from "./map_view";
import type { Model } from "../model/comparison_protocol";
import { element, showNodes } from "../dom/element";
import type { Linked } from "./linked_cells";
import { filled, type GridShape } from "../model/widget_model";
import { answered } from "./readout";

/** Classes that are shown at most. */
const SHOWN = 5;

export interface PicturePanel {
  element: HTMLElement;
  update(): void;
  draw(pictures: Pictures, grid: GridShape | null): void;
  tell(grid: GridShape): void;
}

export function picturePanel(
  model: Model,
  linked: Linked<object>,
  redraw: () => void,
  signal: AbortSignal,
): PicturePanel {
  const root = element("div", "gx-panel gx-picture");
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "Picture");
  const head = element("div", "gx-map-head");
  const place = element("div", "gx-map-place");
  const view = mapView(linked, null, redraw, signal);
  const beliefs = element("div", "gx-beliefs");
  head.append(element("span", "gx-map-title", "Picture"));
  place.append(view.element);
  root.append(head, place, beliefs);

  let told = "";
  const update = () => {
    told = "";
    const prediction = filled(model.get("prediction"));
    const evidence = answered(model);
    const known: Belief[] = evidence?.classes ?? (prediction?.top ?? []).map(([index, p]) => [index, p, null]);
    if (!prediction) return showNodes(beliefs, []);
    const nodes = [bars(known.slice(0, SHOWN), model.get("labels"), prediction.target)];
    showNodes(beliefs, evidence ? [...nodes, barKey("with the cell hidden")] : nodes);
  };
  const tell = (grid: GridShape) => {
    if (told === linked.place()) return;
    told = linked.place();
    view.describe(grid, "Picture", (cell) => placeText(grid, cell));
  };
  return { element: root, update, draw: view.draw, tell };
}
