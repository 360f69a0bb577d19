import { expect, test, vi } from "vitest";
import { hiddenPicture } from "../../src/page/hidden_picture";
import { fakeCanvas } from "../support/browser";

const GRID = { rows: 2, columns: 3, height: 5, width: 7 };

test("hidden cells are cut from the replacement, in whole pixels, and come as PNG", () => {
  const context = fakeCanvas();
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:image/png;base64,AQI=");
  const [seen, replacement] = [new Image(), new Image()];
  const png = hiddenPicture(GRID, seen, replacement)([0, 5]);
  expect(context.args("drawImage")).toEqual([
    [seen, 0, 0],
    [replacement, 0, 0, 2, 2, 0, 0, 2, 2],
    [replacement, 4, 2, 3, 3, 4, 2, 3, 3],
  ]);
  expect([png.getUint8(0), png.getUint8(1), png.byteLength]).toEqual([1, 2, 2]);
});

test("boxes are whole pixels in the finest grid, too", () => {
  const context = fakeCanvas();
  vi.spyOn(HTMLCanvasElement.prototype, "toDataURL").mockReturnValue("data:,");
  const grid = { rows: 64, columns: 64, height: 299, width: 331 };
  hiddenPicture(grid, new Image(), new Image())(Array.from({ length: 64 * 64 }, (_, i) => i));
  const boxes = context.of("drawImage").slice(1).map((call) => call.args.slice(1) as number[]);
  expect(boxes).toHaveLength(64 * 64);
  expect(boxes.flat().every(Number.isInteger)).toBe(true);
  expect(boxes.reduce((area, [, , width, height]) => area + width! * height!, 0)).toBe(299 * 331);
});
