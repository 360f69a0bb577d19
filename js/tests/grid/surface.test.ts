import { describe, expect, test } from "vitest";
import { boxOn, cellSizeOn, pixels, roomOn, surfaceOf } from "../../src/grid/surface";

const GRID = { rows: 2, columns: 3, height: 5, width: 7 };

describe("a grid on a canvas", () => {
  test("has its lines between device pixels", () => {
    const { xs, ys } = surfaceOf(GRID, 317, 227, 1.5);
    expect(xs).toEqual([0, 91, 181, 317]); // 317 × 0, 2/7, 4/7, 1
    expect(ys).toEqual([0, 91, 227]); // 227 × 0, 2/5, 1
  });

  test("leaves no pixel between cells and shares none", () => {
    const surface = surfaceOf({ rows: 13, columns: 17, height: 224, width: 224 }, 421, 333, 1);
    let area = 0;
    for (let index = 0; index < 13 * 17; index++) {
      const box = boxOn(surface, index);
      area += box.width * box.height;
    }
    expect(area).toBe(421 * 333);
    const [last, first] = [boxOn(surface, 16), boxOn(surface, 17)];
    expect([last.x + last.width, first.x, first.y]).toEqual([421, 0, last.height]);
  });

  test("has room in CSS pixels, the narrower way", () => {
    expect(cellSizeOn(surfaceOf(GRID, 600, 300, 2))).toEqual([100, 75]);
    expect(roomOn(surfaceOf(GRID, 600, 300, 2))).toBe(75);
    expect(roomOn(surfaceOf(GRID, 300, 600, 2))).toBe(50);
  });

  test("has lines of whole device pixels, one at least", () => {
    expect([0.3, 1, 2].map((length) => pixels(surfaceOf(GRID, 300, 300, 1.5), length))).toEqual([1, 2, 3]);
  });
});
