// A selection on another grid: the same pixels. Pure functions.

import type { Cell, GridShape } from "../model/widget_model";
import { edges } from "./geometry";

/** The cells that cover the same pixels: half of each, or the most; as Selection.refit. */
export function refit(cells: Cell[], old: GridShape, now: GridShape): Cell[] {
  if (cells.length === 0 || (old.rows === now.rows && old.columns === now.columns)) return cells;
  const down = overlaps(edges(old.rows, old.height), edges(now.rows, now.height));
  const across = overlaps(edges(old.columns, old.width), edges(now.columns, now.width));
  const covered = (row: number, column: number) => {
    return cells.reduce((sum, [r, c]) => sum + down[row]![r]! * across[column]![c]!, 0);
  };
  const shares = Array.from({ length: now.rows * now.columns }, (_, index): [Cell, number] => {
    const cell: Cell = [Math.floor(index / now.columns), index % now.columns];
    return [cell, covered(...cell)];
  });
  const least = Math.min(0.5, Math.max(...shares.map(([, share]) => share))) - 1e-9;
  return shares.filter(([, share]) => share >= least).map(([cell]) => cell);
}

/** The share of each new interval that lies in each old one. */
function overlaps(old: number[], now: number[]): number[][] {
  return now.slice(1).map((end, i) => {
    const start = now[i]!;
    return old.slice(1).map((last, j) => {
      return Math.max(0, Math.min(end, last) - Math.max(start, old[j]!)) / (end - start);
    });
  });
}
