import { describe, expect, test } from "vitest";
import {
  clicked,
  everything,
  rectangle,
  sameCells,
  selectionOf,
  toggled,
  topCells,
  valueOf,
  type SelectMode,
} from "../../src/cells/selection";
import type { Cell, GridShape } from "../../src/model/widget_model";

// 0 1 2 3
// 4 5 6 7
// 8 9 10 11
const GRID: GridShape = { rows: 3, columns: 4, height: 30, width: 40 };

const set = (...cells: number[]) => new Set(cells);

describe("a rectangle", () => {
  test.each([
    [1, 10],
    [10, 1],
    [2, 9],
    [9, 2],
  ])("from %i to %i is the same whichever corners are given", (from, to) => {
    expect(rectangle(GRID, from, to)).toEqual(set(1, 2, 5, 6, 9, 10));
  });

  test("from a cell to itself is the cell", () => {
    expect(rectangle(GRID, 7, 7)).toEqual(set(7));
  });

  test("over all cells is everything", () => {
    expect(everything(GRID)).toEqual(set(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
  });
});

test("toggling takes a cell in and out, and leaves the set it is given alone", () => {
  const cells = set(1, 2);
  expect(toggled(cells, 5)).toEqual(set(1, 2, 5));
  expect(toggled(cells, 2)).toEqual(set(1));
  expect(cells).toEqual(set(1, 2));
});

describe("a click", () => {
  const click = (selected: Set<number>, index: number, mode: Partial<SelectMode> = {}, anchor = 0) =>
    clicked(GRID, selected, anchor, index, { extend: false, toggle: false, ...mode });

  test("selects one cell, whatever was selected", () => {
    expect(click(set(), 5)).toEqual(set(5));
    expect(click(set(1, 2), 5)).toEqual(set(5));
  });

  test("on one of several selects it alone; on the only one, none", () => {
    expect(click(set(1, 5), 5)).toEqual(set(5));
    expect(click(set(5), 5)).toEqual(set());
  });

  test("with Ctrl toggles", () => {
    expect(click(set(1, 2), 5, { toggle: true })).toEqual(set(1, 2, 5));
    expect(click(set(1, 5), 5, { toggle: true })).toEqual(set(1));
  });

  test("with Shift selects the rectangle from the anchor in place of what was selected", () => {
    expect(click(set(11), 6, { extend: true }, 1)).toEqual(set(1, 2, 5, 6));
  });

  test("with Shift and Ctrl adds it", () => {
    expect(click(set(11), 6, { extend: true, toggle: true }, 1)).toEqual(set(1, 2, 5, 6, 11));
  });
});

describe("the top cells", () => {
  const drops = new Float32Array([0.1, NaN, 0.5, Infinity, -0.2, 0.5, 0]);

  test("are those with the largest drops, equal ones by their place", () => {
    expect(topCells(drops, 4)).toEqual([2, 5, 0, 6]);
  });

  test("are neither pending nor failed", () => {
    expect(topCells(drops, 99)).toEqual([2, 5, 0, 6, 4]);
  });

  test("are none for none or less", () => {
    expect(topCells(drops, 0)).toEqual([]);
    expect(topCells(drops, -1)).toEqual([]);
  });
});

describe("a value", () => {
  test("lists rows and columns, row by row, in whatever order cells were selected", () => {
    expect(valueOf(GRID, [6, 10, 1])).toEqual([
      [0, 1],
      [1, 2],
      [2, 2],
    ]);
  });

  test("is read back", () => {
    const cells = set(0, 7, 11);
    expect(selectionOf(GRID, valueOf(GRID, cells))).toEqual(cells);
  });

  test("of a larger grid loses what is outside", () => {
    const value: Cell[] = [
      [1, 3],
      [1, 4],
      [3, 0],
    ];
    expect(selectionOf(GRID, value)).toEqual(set(7));
  });

  test("without a grid selects nothing", () => {
    expect(selectionOf(null, [[0, 0]])).toEqual(set());
  });
});

test("sets are the same when their cells are", () => {
  expect(sameCells(set(1, 2), set(2, 1))).toBe(true);
  expect(sameCells(set(1, 2), set(1, 3))).toBe(false);
  expect(sameCells(set(1, 2), set(1))).toBe(false);
});
