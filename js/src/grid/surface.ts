// A grid on a canvas; lines fall between device pixels, for crisp edges.

import { cellOf, edges, type Box } from "../cells/geometry";
import type { GridShape } from "../model/widget_model";

/** In device pixels; `ratio` is device pixels per CSS pixel. */
export interface Surface {
  grid: GridShape;
  width: number;
  height: number;
  ratio: number;
  xs: number[];
  ys: number[];
}

export function surfaceOf(grid: GridShape, width: number, height: number, ratio: number): Surface {
  const xs = edges(grid.columns, grid.width).map((x) => Math.round(x * width));
  const ys = edges(grid.rows, grid.height).map((y) => Math.round(y * height));
  return { grid, width, height, ratio, xs, ys };
}

export function boxOn(surface: Surface, index: number): Box {
  const [row, column] = cellOf(surface.grid, index);
  const [x, y] = [surface.xs[column]!, surface.ys[row]!];
  return { x, y, width: surface.xs[column + 1]! - x, height: surface.ys[row + 1]! - y };
}

/** In CSS pixels. */
export function cellSizeOn({ grid, width, height, ratio }: Surface): [width: number, height: number] {
  return [width / grid.columns / ratio, height / grid.rows / ratio];
}

/** Narrower side of a cell, in CSS pixels. */
export function roomOn(surface: Surface): number {
  return Math.min(...cellSizeOn(surface));
}

/** CSS pixels as whole device pixels, at least one. */
export function pixels(surface: Surface, length: number): number {
  return Math.max(1, Math.round(length * surface.ratio));
}
