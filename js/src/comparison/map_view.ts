// One map of a comparison, or the picture itself: a canvas with the marks that all maps share.

import { ariaGrid } from "../grid/aria_grid";
import { element } from "../dom/element";
import { cellAt } from "../cells/geometry";
import { listenToKeys } from "../grid/keyboard";
import type { Linked, Marks } from "./linked_cells";
import { paint, resize } from "../grid/paint";
import { outlineActive, outlineHovered, outlineSelection } from "../grid/outlines";
import { listenToPointer, type Point } from "../grid/pointer";
import type { GridShape } from "../model/widget_model";
import type { Looks } from "../cells/colors";
import { surfaceOf } from "../grid/surface";
import { onReturn } from "../dom/repaint";

export type TextOf = (index: number) => string;

/** A picture that is decoded. */
export interface Pictures {
  picture: HTMLImageElement;
  pale: HTMLCanvasElement;
}

export interface MapView {
  element: HTMLElement;
  draw(pictures: Pictures, grid: GridShape | null): void;
  /** What those know of it who do not see it; `text` is of the keyboard's cell. */
  describe(grid: GridShape, label: string, text: TextOf): void;
}

/** Numbers are shares of each map's own largest, so that 1 is the full colour in all of them. */
export const LOOKS: Looks = {
  colormap: "orange-blue",
  opacity: 0.85,
  numbers: false,
  scale: "absolute",
  threshold: 0,
};

const SCENE = { score: "probability", looks: LOOKS, keep: false } as const;

/** `shares` gives the map's numbers, −1..1; without it, the picture itself is shown. */
export function mapView(
  linked: Linked<object>,
  shares: (() => Float32Array) | null,
  redraw: () => void,
  signal: AbortSignal,
): MapView {
  const root = element("div", "gx-map");
  const canvas = element("canvas", "gx-canvas");
  canvas.setAttribute("aria-hidden", "true");
  root.append(canvas);
  const aria = ariaGrid(root);
  const key = {};
  let shape: GridShape | null = null;

  const draw = (pictures: Pictures, grid: GridShape | null) => {
    shape = grid;
    const [width, height] = [root.clientWidth, root.clientHeight];
    const marks = linked.marksIn(key);
    if (shares) paint(canvas, { ...pictures, ...SCENE, ...marks, grid, drops: shares() }, width, height);
    else paintPicture(canvas, pictures.picture, grid, marks, width, height);
  };

  const describe = (grid: GridShape, label: string, text: TextOf) => {
    const active = linked.active();
    aria.update(grid, active, text(active), linked.selected().has(active));
    root.setAttribute("aria-label", label);
    root.setAttribute("aria-multiselectable", "false");
  };

  const cellUnder = (point: Point) => (shape ? cellAt(shape, ...point) : null);
  const hover = (point: Point | null) => linked.hover(point ? cellUnder(point) : null);
  const pick = (point: Point) => {
    const index = cellUnder(point);
    if (index !== null) linked.pick(index);
  };
  let last: Point | null = null;
  const end = () => {
    last = null;
    linked.hover(null);
  };
  const abandon = listenToPointer(
    canvas,
    {
      hover,
      click: pick,
      // There are no rectangles to draw: a finger that rests reads cell after cell, a mouse slips.
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
      lead: (leads) => linked.lead(key, leads),
      move: (to) => linked.move(to),
      pick: () => linked.pick(linked.active()),
      all: () => undefined,
      clear: () => abandon() || linked.clear(),
      undo: () => undefined,
    },
    signal,
  );
  onReturn(root, canvas, redraw, signal);
  signal.addEventListener("abort", () => linked.forget(key));

  return { element: root, draw, describe };
}

/** The picture in its own colours, without lines. */
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
