import { describe, expect, test } from "vitest";
import { cellAt, cellBox, cellOf, edges, indexOf, sizeOf, squareCells } from "../../src/cells/geometry";
import type { GridShape } from "../../src/model/widget_model";

const SMALL_CELL: GridShape = { rows: 2, columns: 3, height: 5, width: 7 };

/** Every grid on up to 6×6 pixels. */
function* smallGrids(): Generator<GridShape> {
  for (let height = 1; height <= 6; height++)
    for (let width = 1; width <= 6; width++)
      for (let rows = 1; rows <= height; rows++)
        for (let columns = 1; columns <= width; columns++) yield { rows, columns, height, width };
}

/** grid.py's `index * pixels // count`, in whole numbers. */
function edge(index: number, count: number, pixels: number): number {
  return Number((BigInt(index) * BigInt(pixels)) / BigInt(count));
}

/** The row or column that a pixel lies in, by grid.py's formula. */
function cellOfPixel(pixel: number, count: number, pixels: number): number {
  let cell = 0;
  while (edge(cell + 1, count, pixels) <= pixel) cell++;
  return cell;
}

describe("edges", () => {
  test.each([
    [1, 4, [0, 4]],
    [2, 5, [0, 2, 5]],
    [3, 7, [0, 2, 4, 7]],
    [3, 10, [0, 3, 6, 10]],
    [4, 5, [0, 1, 2, 3, 5]],
    [5, 5, [0, 1, 2, 3, 4, 5]],
  ])("of %i cells on %i pixels are %j", (count, pixels, wanted) => {
    expect(edges(count, pixels)).toEqual(wanted.map((pixel) => pixel / pixels));
  });

  test("are those of grid.py for every size up to 64 cells on 300 pixels", () => {
    const wrong: string[] = [];
    for (let pixels = 1; pixels <= 300; pixels++)
      for (let count = 1; count <= Math.min(64, pixels); count++)
        edges(count, pixels).forEach((place, i) => {
          if (place !== edge(i, count, pixels) / pixels) wrong.push(`${count} on ${pixels}: ${i}`);
        });
    expect(wrong).toEqual([]);
  });
});

describe("boxes", () => {
  test("of 2×3 cells on 5×7 pixels lie where grid.py cuts", () => {
    const boxes = Array.from({ length: 6 }, (_, i) => cellBox(SMALL_CELL, i, 70, 50));
    const rounded = boxes.map((b) => [b.x, b.y, b.width, b.height].map(Math.round));
    expect(rounded).toEqual([
      [0, 0, 20, 20],
      [20, 0, 20, 20],
      [40, 0, 30, 20],
      [0, 20, 20, 30],
      [20, 20, 20, 30],
      [40, 20, 30, 30],
    ]);
  });

  test("of every small grid cover what grid.py's cover", () => {
    const wrong: string[] = [];
    for (const grid of smallGrids()) {
      const { rows, columns, height, width } = grid;
      for (let index = 0; index < rows * columns; index++) {
        const [row, column] = [Math.trunc(index / columns), index % columns];
        const wanted = [
          edge(column, columns, width),
          edge(row, rows, height),
          edge(column + 1, columns, width),
          edge(row + 1, rows, height),
        ];
        const box = cellBox(grid, index, width, height);
        const sides = [box.x, box.y, box.x + box.width, box.y + box.height];
        const near = sides.every((side, i) => Math.abs(side - wanted[i]!) < 1e-9);
        if (!near) wrong.push(`${JSON.stringify(grid)} ${index}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe("the cell under a point", () => {
  test.each([
    [0, 0, 0],
    [0.28, 0.39, 0],
    [0.29, 0.39, 1],
    [0.57, 0.39, 1],
    [0.58, 0.39, 2],
    [0.28, 0.41, 3],
    [0.5, 0.5, 4],
    [0.999, 0.999, 5],
  ])("(%d, %d) is %i", (x, y, index) => {
    expect(cellAt(SMALL_CELL, x, y)).toBe(index);
  });

  test("is, at the corner of every pixel, the one that the pixel lies in", () => {
    const wrong: string[] = [];
    for (const grid of smallGrids()) {
      const { rows, columns, height, width } = grid;
      for (let y = 0; y < height; y++)
        for (let x = 0; x < width; x++) {
          const wanted =
            cellOfPixel(y, rows, height) * columns + cellOfPixel(x, columns, width);
          if (cellAt(grid, x / width, y / height) !== wanted)
            wrong.push(`${JSON.stringify(grid)} at pixel ${x}, ${y}`);
        }
    }
    expect(wrong).toEqual([]);
  });

  test("is the one whose box holds the point", () => {
    const wrong: string[] = [];
    for (const grid of smallGrids())
      for (let i = 1; i < 23; i++) {
        const [x, y] = [i / 23, ((7 * i) % 23) / 23];
        const box = cellBox(grid, cellAt(grid, x, y) ?? NaN, 1, 1);
        const inside = box.x <= x && x < box.x + box.width && box.y <= y && y < box.y + box.height;
        if (!inside) wrong.push(`${JSON.stringify(grid)} at ${x}, ${y}`);
      }
    expect(wrong).toEqual([]);
  });

  test.each([
    [-0.001, 0.5],
    [1, 0.5],
    [0.5, -0.001],
    [0.5, 1],
    [NaN, 0.5],
    [0.5, NaN],
    [Infinity, 0.5],
  ])("is none at (%d, %d), outside of the picture", (x, y) => {
    expect(cellAt(SMALL_CELL, x, y)).toBeNull();
  });
});

test("cells are counted row by row", () => {
  expect(cellOf(SMALL_CELL, 5)).toEqual([1, 2]);
  expect(indexOf(SMALL_CELL, [1, 2])).toBe(5);
  expect(cellOf(SMALL_CELL, 3)).toEqual([1, 0]);
  expect(indexOf(SMALL_CELL, [1, 0])).toBe(3);
});

test("a grid size is N or rows and columns", () => {
  expect(sizeOf(8)).toEqual([8, 8]);
  expect(sizeOf([2, 3])).toEqual([2, 3]);
});

describe("a grid of about square cells", () => {
  test.each([
    [8, 1, 8],
    [8, 1.25, 8],
    [8, 0.8, 8],
    [8, 4, [4, 16]],
    [8, 0.25, [16, 4]],
    [7, 16 / 9, [5, 9]], // 7 ÷ 4/3 and 7 × 4/3
    [2, 100, [1, 20]],
    [64, 4, [32, 64]],
  ] as const)("has about %i² of them on a picture of shape %d: %j", (side, shape, cells) => {
    expect(squareCells(side, shape)).toEqual(cells);
  });
});
