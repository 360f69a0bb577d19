import { describe, expect, test } from "vitest";
import { dottedPattern, failedMark, pendingPattern } from "../../src/grid/marks";
import { fakeCanvas, FakeContext } from "../support/browser";

describe("the hatch of pending cells", () => {
  /** The tile that is repeated: "/" light, "\" dark, "." clear. */
  const tileOf = (ratio: number) => {
    const tile = fakeCanvas();
    pendingPattern(new FakeContext() as unknown as CanvasRenderingContext2D, ratio);
    const size = Math.sqrt(tile.of("fillRect").length / (2 / 7));
    const rows = Array.from({ length: size }, () => Array<string>(size).fill("."));
    for (const { args, fillStyle } of tile.of("fillRect")) {
      const [x, y] = args as number[];
      rows[y!]![x!] = fillStyle.startsWith("rgba(255") ? "/" : "\\";
    }
    return rows.map((row) => row.join(""));
  };

  test("is light beside dark, and mostly clear", () => {
    expect(tileOf(1)).toEqual([
      "/\\.....",
      "\\...../",
      "...../\\",
      "..../\\.",
      ".../\\..",
      "../\\...",
      "./\\....",
    ]);
  });

  test("is as wide on a screen of more pixels", () => {
    expect(tileOf(2)).toHaveLength(14);
    expect(tileOf(2)[0]).toBe("//\\\\..........");
  });

  test("is repeated", () => {
    const context = fakeCanvas();
    const made = { width: 7 } as unknown as CanvasPattern;
    context.calls.length = 0;
    const wanted: unknown[] = [];
    Object.assign(context, { createPattern: (...args: unknown[]) => (wanted.push(...args), made) });
    expect(pendingPattern(context as unknown as CanvasRenderingContext2D, 1)).toBe(made);
    expect(wanted[0]).toBeInstanceOf(HTMLCanvasElement);
    expect(wanted[1]).toBe("repeat");
  });
});

describe("the dots of cells that hardly change", () => {
  test.each([1, 2])("are sparse, each light beside dark, on a screen of ratio %d", (ratio) => {
    const tile = fakeCanvas();
    dottedPattern(new FakeContext() as unknown as CanvasRenderingContext2D, ratio);
    const dot = ratio;
    expect(tile.args("fillRect")).toEqual(
      [[1, 1], [2, 1], [4, 4], [5, 4]].map(([x, y]) => [x! * dot, y! * dot, dot, dot]),
    );
    const light = tile.of("fillRect").map((call) => call.fillStyle.startsWith("rgba(255"));
    expect(light).toEqual([true, false, true, false]);
  });
});

describe("the cross of failed cells", () => {
  const cross = (width: number, height: number, ratio = 1) => {
    const context = new FakeContext();
    failedMark(context as unknown as CanvasRenderingContext2D, { x: 100, y: 0, width, height }, ratio);
    return context;
  };

  test("lies in the middle of the cell, on dark", () => {
    const context = cross(10, 10);
    expect(context.args("fillRect")).toEqual([[100, 0, 10, 10]]);
    expect(context.args("moveTo")).toEqual([[102, 2], [108, 2]]);
    expect(context.args("lineTo")).toEqual([[108, 8], [102, 8]]);
  });

  test("does not leave a low cell, nor fill a large one", () => {
    expect(cross(100, 10).args("moveTo")[0]).toEqual([147, 2]);
    expect(cross(200, 200).args("moveTo")[0]).toEqual([186, 86]);
    expect(cross(200, 200, 2).args("moveTo")[0]).toEqual([172, 72]);
  });

  test("has lines that are seen", () => {
    expect(cross(6, 6).of("stroke")[0]!.lineWidth).toBe(1.25);
    expect(cross(200, 200).of("stroke")[0]!.lineWidth).toBe(3);
  });
});
