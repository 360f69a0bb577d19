// One map of a comparison, or the picture: a canvas with shared marks.

import { MAP_APPEARANCE } from "../cells/colors";
import { cellAt } from "../cells/geometry";
import { attribute, element } from "../dom/element";
import { onRepaintNeeded } from "../dom/repaint";
import { ariaGrid } from "../grid/aria_grid";
import { listenToKeys } from "../grid/keyboard";
import { outlineActive, outlineHovered, outlineSelection } from "../grid/outlines";
import { paint, resize } from "../grid/paint";
import { listenToPointer, type Point } from "../grid/pointer";
import { surfaceOf } from "../grid/surface";
import type { GridShape } from "../model/widget_model";
import type { LinkedCells, Marks } from "./linked_cells";

export type TextOf = (index: number) => string;

export interface Pictures {
  picture: HTMLImageElement;
  pale: HTMLCanvasElement;
}

export interface MapView {
  element: HTMLElement;
  draw(pictures: Pictures, grid: GridShape | null): void;
  /** For screen readers; `text` describes the active cell. */
  describe(grid: GridShape, label: string, text: TextOf): void;
}

const SCENE = { score: "probability", appearance: MAP_APPEARANCE, keep: false, hardlyChanged: [] } as const;

/** `shares` returns −1..1 for each cell; null shows the picture. */
export function mapView(
  linkedCells: LinkedCells<object>,
  shares: (() => Float32Array) | null,
  redraw: () => void,
  signal: AbortSignal,
): MapView {
  const root = element("div", "gx-map");
  const canvas = element("canvas", "gx-canvas");
  attribute(canvas, "aria-hidden", "true");
  root.append(canvas);
  const aria = ariaGrid(root);
  const key = {};
  let shape: GridShape | null = null;

  const draw = (pictures: Pictures, grid: GridShape | null) => {
    shape = grid;
    const [width, height] = [root.clientWidth, root.clientHeight];
    const marks = linkedCells.marksIn(key);
    if (shares) paint(canvas, { ...pictures, ...SCENE, ...marks, grid, drops: shares() }, width, height);
    else paintPicture(canvas, pictures.picture, grid, marks, width, height);
  };

  const describe = (grid: GridShape, label: string, text: TextOf) => {
    const active = linkedCells.active();
    aria.update(grid, active, text(active), linkedCells.selected().has(active));
    attribute(root, "aria-label", label);
    attribute(root, "aria-multiselectable", "false");
  };

  const cellUnder = (point: Point) => (shape ? cellAt(shape, ...point) : null);
  const hover = (point: Point | null) => linkedCells.hover(point ? cellUnder(point) : null);
  const pick = (point: Point) => {
    const index = cellUnder(point);
    if (index !== null) linkedCells.pick(index);
  };
  let last: Point | null = null;
  const end = () => {
    last = null;
    linkedCells.hover(null);
  };
  const abandon = listenToPointer(
    canvas,
    {
      hover,
      click: pick,
      // No rectangles: a long press reads cell after cell, a drag hovers.
      drag: (_from, to) => hover((last = to)),
      drop() {
        const place = last;
        end();
        if (place) pick(place);
      },
      abandon: end,
    },
    signal,
  );
  listenToKeys(
    root,
    {
      showActive: (shown) => linkedCells.showActive(key, shown),
      move: (to) => linkedCells.move(to),
      pick: () => linkedCells.pick(linkedCells.active()),
      all: () => undefined,
      clear: () => abandon() || linkedCells.clear(),
      undo: () => undefined,
    },
    signal,
  );
  onRepaintNeeded(root, canvas, redraw, signal);
  signal.addEventListener("abort", () => linkedCells.forget(key));

  return { element: root, draw, describe };
}

function paintPicture(
  canvas: HTMLCanvasElement,
  picture: CanvasImageSource,
  grid: GridShape | null,
  { hovered, active, selected }: Marks,
  width: number,
  height: number,
): void {
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  resize(canvas, Math.round(width * ratio), Math.round(height * ratio));
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  if (!grid) return;
  const surface = surfaceOf(grid, canvas.width, canvas.height, ratio);
  if (selected.size > 0) outlineSelection(context, surface, selected);
  if (hovered !== null) outlineHovered(context, surface, hovered);
  if (active !== null) outlineActive(context, surface, active);
}
