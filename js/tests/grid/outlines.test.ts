import { describe, expect, test } from "vitest";
import { dimHidden, outlineActive, outlineHovered, outlineSelection } from "../../src/grid/outlines";
import { surfaceOf, type Surface } from "../../src/grid/surface";
import { FakeContext } from "../support/browser";

const SIZE = 20;

/** 4×4 cells of 20×20 pixels. */
function surface(ratio = 1): Surface {
  return surfaceOf({ rows: 4, columns: 4, height: 4, width: 4 }, 80 * ratio, 80 * ratio, ratio);
}

type Draw = (context: CanvasRenderingContext2D) => void;

/** The pixels after all filled rectangles: "#" black, "o" white, "." untouched. */
function pixelsOf(draw: Draw): string[] {
  const context = new FakeContext();
  draw(context as unknown as CanvasRenderingContext2D);
  const rows = Array.from({ length: 80 }, () => Array<string>(80).fill("."));
  for (const { args, fillStyle } of context.of("fillRect")) {
    const [x, y, width, height] = args as [number, number, number, number];
    // As on a canvas, a rectangle may be given from its other corner.
    const [left, right] = [Math.min(x, x + width), Math.max(x, x + width)];
    const [top, bottom] = [Math.min(y, y + height), Math.max(y, y + height)];
    for (const row of rows.slice(top, bottom)) row.fill(fillStyle === "#fff" ? "o" : "#", left, right);
  }
  return rows.map((row) => row.join(""));
}

const selection = (...cells: number[]) =>
  pixelsOf((context) => outlineSelection(context, surface(), new Set(cells)));

/** What a horizontal line through the middle of a row of cells crosses. */
const across = (pixels: string[], row: number) => pixels[SIZE * row + SIZE / 2]!;

describe("a selection", () => {
  test("of one cell is white within black, inside the cell", () => {
    const inside = `#oo#${".".repeat(12)}#oo#`;
    expect(across(selection(5), 1)).toBe(".".repeat(20) + inside + ".".repeat(40));
    expect(across(selection(5), 0)).toBe(".".repeat(80));
  });

  test("has no line between two of its cells", () => {
    expect(across(selection(5, 6), 1)).toBe(`${".".repeat(20)}#oo#${".".repeat(32)}#oo#${".".repeat(20)}`);
  });

  test("does not join the end of a row with the beginning of the next", () => {
    const rows = selection(3, 4);
    expect(across(rows, 0).slice(60)).toBe(`#oo#${".".repeat(12)}#oo#`);
    expect(across(rows, 1).slice(0, 20)).toBe(`#oo#${".".repeat(12)}#oo#`);
  });

  test("turns round an inner corner without a gap", () => {
    const rows = selection(0, 1, 4).slice(16, 22).map((row) => row.slice(16, 22));
    expect(rows).toEqual(["######", "#ooooo", "#ooooo", "#oo###", "#oo#..", "#oo#.."]);
  });

  test("round a hole has an inner outline", () => {
    const ring = [0, 1, 2, 4, 6, 8, 9, 10];
    expect(across(selection(...ring), 1)).toBe(
      `#oo#${".".repeat(12)}#oo#${".".repeat(20)}#oo#${".".repeat(12)}#oo#${".".repeat(20)}`,
    );
  });

  test("leaves room in small cells", () => {
    const small = surfaceOf({ rows: 8, columns: 8, height: 8, width: 8 }, 80, 80, 1);
    const rows = pixelsOf((context) => outlineSelection(context, small, new Set([0])));
    expect(rows[5]!.slice(0, 12)).toBe("#o......o#..");
  });

  test("goes around tiny cells, and leaves them as they are", () => {
    const tiny = surfaceOf({ rows: 16, columns: 16, height: 16, width: 16 }, 80, 80, 1);
    const rows = pixelsOf((context) => outlineSelection(context, tiny, new Set([17, 18])));
    expect(rows[7]!.slice(0, 19)).toBe("...#o..........o#..");
    expect(rows.slice(2, 13).map((row) => row[7])).toEqual([...".#o.....o#."]);
    expect(rows[3]!.slice(0, 19)).toBe(`...${"#".repeat(14)}..`);
    expect(rows[4]!.slice(0, 19)).toBe(`...#${"o".repeat(12)}#..`);
    const hovered = pixelsOf((context) => outlineHovered(context, tiny, 17));
    expect(hovered[7]!.slice(0, 14)).toBe("...#o.....o#..");
  });

  test("has lines of the same width on a screen of more pixels", () => {
    const context = new FakeContext();
    const fine = context as unknown as CanvasRenderingContext2D;
    outlineSelection(fine, surface(2), new Set([0]));
    const [widest] = context.args("fillRect");
    expect(widest).toEqual([0, 0, 40, 8]);
  });
});

describe("what is hidden is dimmed, each pixel once:", () => {
  const dimmed = (cells: number[], keep: boolean) => {
    const context = new FakeContext();
    dimHidden(context as unknown as CanvasRenderingContext2D, surface(), new Set(cells), keep);
    return context;
  };

  test("the selection, where it is hidden", () => {
    expect(dimmed([0, 5, 6, 7, 8, 10], false).args("fillRect")).toEqual([
      [0, 0, 20, 20],
      [20, 20, 60, 20],
      [0, 40, 20, 20],
      [40, 40, 20, 20],
    ]);
  });

  test("all but the selection, where it is kept", () => {
    expect(dimmed([0, 5, 6, 7], true).args("fillRect")).toEqual([
      [20, 0, 60, 20],
      [0, 20, 20, 20],
      [0, 40, 80, 20],
      [0, 60, 80, 20],
    ]);
  });

  test("nothing, where nothing is hidden", () => {
    const all = Array.from({ length: 16 }, (_, index) => index);
    expect(dimmed([], false).of("fillRect")).toEqual([]);
    expect(dimmed(all, true).of("fillRect")).toEqual([]);
  });

  test("the selection more lightly, so that its colours stay legible", () => {
    const strength = (keep: boolean) =>
      dimmed([5], keep).of("fillRect").map((call) => Number(/([\d.]+)\)$/.exec(call.fillStyle)?.[1]));
    expect(Math.max(...strength(false))).toBeLessThan(Math.min(...strength(true)));
    expect(Math.min(...strength(false))).toBeGreaterThan(0);
  });
});

const frames = (draw: Draw) => {
  const context = new FakeContext();
  draw(context as unknown as CanvasRenderingContext2D);
  return context.of("strokeRect").map((call) => [...call.args, call.strokeStyle, call.lineWidth]);
};

test("the pointer's cell has a thin outline inside it", () => {
  expect(frames((context) => outlineHovered(context, surface(), 5))).toEqual([
    [20.5, 20.5, 19, 19, "#000", 1],
    [21.5, 21.5, 17, 17, "#fff", 1],
  ]);
});

describe("the keyboard's cell", () => {
  test("has a yellow ring around it", () => {
    // Black 1, yellow 3, black 1: from 4 pixels outside of the cell to 1 inside.
    expect(frames((context) => outlineActive(context, surface(), 5))).toEqual([
      [18.5, 18.5, 23, 23, "#000", 5],
      [18.5, 18.5, 23, 23, "#ffdd00", 3],
    ]);
  });

  test("has nothing within it where it is tiny", () => {
    const tiny = surfaceOf({ rows: 16, columns: 16, height: 16, width: 16 }, 80, 80, 1);
    // Black 1, yellow 2, black 1: from 4 pixels outside to the edge of the cell of 5.
    expect(frames((context) => outlineActive(context, tiny, 17))[0]).toEqual([3, 3, 9, 9, "#000", 4]);
  });

  test("has its whole ring at the edge of the picture", () => {
    const [outer] = frames((context) => outlineActive(context, surface(), 0));
    expect(outer!.slice(0, 4)).toEqual([2.5, 2.5, 19, 19]);
    const [last] = frames((context) => outlineActive(context, surface(), 15));
    expect(last!.slice(0, 4)).toEqual([58.5, 58.5, 19, 19]);
  });
});
