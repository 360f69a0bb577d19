import { expect, test } from "vitest";
import { refit } from "../../src/cells/refit";
import type { Cell, GridShape } from "../../src/model/widget_model";

const square = (n: number, pixels = 12): GridShape => ({ rows: n, columns: n, height: pixels, width: pixels });

const row = (r: number, ...columns: number[]) => columns.map((c): Cell => [r, c]);

test.each<[string, Cell[], GridShape, GridShape, Cell[]]>([
  ["a cell becomes its quarters", [[0, 1]], square(2), square(4), [...row(0, 2, 3), ...row(1, 2, 3)]],
  ["quarters become their cell", [...row(0, 2, 3), ...row(1, 2, 3)], square(4), square(2), [[0, 1]]],
  ["half of a cell is enough", row(0, 2, 3), square(4), square(2), [[0, 1]]],
  ["less of it is, where no cell has more", [[1, 1]], square(4), square(2), [[0, 0]]],
  ["less of it is not, where another has more", [...row(0, 0, 1, 2), ...row(1, 0, 1)], square(4), square(2), [[0, 0]]],
  // Thirds of 12 pixels end at 4 and 8, quarters at 3, 6 and 9: the middle third has 2 of 3 pixels of two quarters.
  ["a third has most of the quarters that it cuts", [[1, 1]], square(3), square(4), [...row(1, 1, 2), ...row(2, 1, 2)]],
  ["rows and columns are told apart", [[0, 2]], { rows: 1, columns: 4, height: 4, width: 8 }, { rows: 2, columns: 2, height: 4, width: 8 }, [[0, 1], [1, 1]]],
  ["nothing stays nothing", [], square(2), square(4), []],
])("%s", (_, cells, old, now, found) => {
  expect(refit(cells, old, now)).toEqual(found);
});

test("on the same grid a selection stays the one it is, in its order", () => {
  const cells: Cell[] = [[1, 1], [0, 0]];
  expect(refit(cells, square(2), square(2, 100))).toBe(cells);
});

test("whole cells come back from any finer grid of theirs", () => {
  for (const [coarse, fine] of [[2, 4], [2, 6], [3, 6], [4, 12], [1, 5]] as const) {
    for (let index = 0; index < coarse * coarse; index++) {
      const cells: Cell[] = [[Math.floor(index / coarse), index % coarse]];
      expect(refit(refit(cells, square(coarse), square(fine)), square(fine), square(coarse))).toEqual(cells);
    }
  }
});
