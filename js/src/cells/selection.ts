// Sets of cells, and how clicks change them. Pure functions.

import type { Cell, GridShape } from "../model/widget_model";
import { cellOf, indexOf } from "./geometry";

/** Indices of cells, row by row. */
export type Selection = ReadonlySet<number>;

/** Shift extends; Ctrl or Cmd toggles. */
export interface SelectMode {
  extend: boolean;
  toggle: boolean;
}

export const NOTHING: Selection = new Set();

export function rectangle(grid: GridShape, from: number, to: number): Selection {
  const [[row, column], [otherRow, otherColumn]] = [cellOf(grid, from), cellOf(grid, to)];
  const cells = new Set<number>();
  for (let r = Math.min(row, otherRow); r <= Math.max(row, otherRow); r++) {
    for (let c = Math.min(column, otherColumn); c <= Math.max(column, otherColumn); c++) {
      cells.add(indexOf(grid, [r, c]));
    }
  }
  return cells;
}

export function toggled(selected: Selection, index: number): Selection {
  const cells = new Set(selected);
  if (!cells.delete(index)) cells.add(index);
  return cells;
}

export function together(selected: Selection, more: Selection): Selection {
  return new Set([...selected, ...more]);
}

/** Only this cell; none if it was the only one. */
export function alone(selected: Selection, index: number): Selection {
  return selected.size === 1 && selected.has(index) ? NOTHING : new Set([index]);
}

export function clicked(
  grid: GridShape,
  selected: Selection,
  anchor: number,
  index: number,
  mode: SelectMode,
): Selection {
  if (!mode.extend) return mode.toggle ? toggled(selected, index) : alone(selected, index);
  const cells = rectangle(grid, anchor, index);
  return mode.toggle ? together(selected, cells) : cells;
}

export function everything(grid: GridShape): Selection {
  return rectangle(grid, 0, grid.rows * grid.columns - 1);
}

/** Scored cells with the largest drops, largest first, as Explanation.top. */
export function topCells(drops: Float32Array, k: number): number[] {
  const scored = [...drops.keys()].filter((index) => Number.isFinite(drops[index]));
  return scored.sort((a, b) => drops[b]! - drops[a]! || a - b).slice(0, Math.max(0, k));
}

export function sameCells(one: Selection, other: Selection): boolean {
  return one.size === other.size && [...one].every((index) => other.has(index));
}

/** In row-major order, so that equal sets give equal values. */
export function valueOf(grid: GridShape, cells: Iterable<number>): Cell[] {
  return [...cells].sort((a, b) => a - b).map((index) => cellOf(grid, index));
}

/** Skips cells outside the grid. */
export function selectionOf(grid: GridShape | null, value: readonly Cell[]): Selection {
  if (!grid) return NOTHING;
  const inside = value.filter(([row, column]) => row < grid.rows && column < grid.columns);
  return new Set(inside.map((cell) => indexOf(grid, cell)));
}
