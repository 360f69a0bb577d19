// The picture beside the maps, with its class probabilities.

import { classBarsKey, classBars, type ClassProbability } from "../dom/class_bars";
import { attribute, element, showNodes } from "../dom/element";
import type { Model } from "../model/comparison_protocol";
import { filled, type GridShape } from "../model/widget_model";
import { placeText } from "../text/cell_text";
import type { LinkedCells } from "./linked_cells";
import { mapView, type Pictures } from "./map_view";
import { answered } from "./readout";

const MAX_CLASSES = 5;

export interface PicturePanel {
  element: HTMLElement;
  update(): void;
  draw(pictures: Pictures, grid: GridShape | null): void;
  describe(grid: GridShape): void;
}

export function picturePanel(
  model: Model,
  linkedCells: LinkedCells<object>,
  redraw: () => void,
  signal: AbortSignal,
): PicturePanel {
  const root = element("div", "gx-panel gx-picture");
  attribute(root, "role", "group");
  attribute(root, "aria-label", "Picture");
  const head = element("div", "gx-map-head");
  const place = element("div", "gx-map-place");
  const view = mapView(linkedCells, null, redraw, signal);
  const probabilities = element("div", "gx-picture-classes");
  head.append(element("span", "gx-map-title", "Picture"));
  place.append(view.element);
  root.append(head, place, probabilities);

  let described = "";
  const update = () => {
    described = "";
    const prediction = filled(model.get("prediction"));
    const evidence = answered(model);
    const known: ClassProbability[] = evidence?.classes ?? (prediction?.top ?? []).map(([index, p]) => [index, p, null]);
    if (!prediction) return showNodes(probabilities, []);
    const nodes = [classBars(known.slice(0, MAX_CLASSES), model.get("labels"), prediction.target, model.get("quantity"))];
    showNodes(probabilities, evidence ? [...nodes, classBarsKey("with the cell hidden", model.get("quantity"))] : nodes);
  };
  const describe = (grid: GridShape) => {
    if (described === linkedCells.place()) return;
    described = linkedCells.place();
    view.describe(grid, "Picture", (cell) => placeText(grid, cell));
  };
  return { element: root, update, draw: view.draw, describe };
}
