// Cells ↔ pixels, by the same formula as grid.py. Pure functions.

import { MAX_GRID } from "../model/explorer_protocol";
import type { Cell, GridShape } from "../model/widget_model";

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Borders of `count` cells on `pixels` pixels, as fractions. */
export function edges(count: number, pixels: number): number[] {
  return Array.from({ length: count + 1 }, (_, i) => Math.floor((i * pixels) / count) / pixels);
}

export function cellBox(grid: GridShape, index: number, width: number, height: number): Box {
  const [row, column] = cellOf(grid, index);
  const left = Math.floor((column * grid.width) / grid.columns) / grid.width;
  const right = Math.floor(((column + 1) * grid.width) / grid.columns) / grid.width;
  const top = Math.floor((row * grid.height) / grid.rows) / grid.height;
  const bottom = Math.floor(((row + 1) * grid.height) / grid.rows) / grid.height;
  return {
    x: left * width,
    y: top * height,
    width: (right - left) * width,
    height: (bottom - top) * height,
  };
}

/** Index of the cell at a point in fractions; null outside. */
export function cellAt(grid: GridShape, x: number, y: number): number | null {
  if (!(x >= 0 && x < 1 && y >= 0 && y < 1)) return null;
  const column = lastBefore(edges(grid.columns, grid.width), x);
  const row = lastBefore(edges(grid.rows, grid.height), y);
  return row * grid.columns + column;
}

/** `grid_size` is N or [rows, columns]. */
export function sizeOf(gridSize: number | Cell): Cell {
  return typeof gridSize === "number" ? [gridSize, gridSize] : gridSize;
}

export function cellOf(grid: GridShape, index: number): Cell {
  return [Math.floor(index / grid.columns), index % grid.columns];
}

export function indexOf(grid: GridShape, cell: Cell): number {
  return cell[0] * grid.columns + cell[1];
}

function lastBefore(places: number[], point: number): number {
  let place = 0;
  while (place + 2 < places.length && places[place + 1]! <= point) place++;
  return place;
}

/** About N² cells that are about square on a picture of a shape; as square_cells in grid.py. */
export function squareCells(side: number, shape: number): number | Cell {
  if (shape >= 0.8 && shape <= 1.25) return side;
  const within = (count: number) => Math.min(MAX_GRID, Math.max(1, Math.round(count)));
  return [within(side / Math.sqrt(shape)), within(side * Math.sqrt(shape))];
}
