// The picture with cells hidden by the recorded fill.

import { cellBox } from "../cells/geometry";
import type { GridShape } from "../model/widget_model";
import { bytesOf } from "./record";

/** Returns a function: hidden cells (row-major) → PNG of the grid's height and width. */
export function hiddenPicture(
  grid: GridShape,
  seen: CanvasImageSource,
  replacement: CanvasImageSource,
): (hidden: number[]) => DataView {
  const { width, height } = grid;
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  return (hidden) => {
    const context = canvas.getContext("2d");
    context?.drawImage(seen, 0, 0);
    for (const index of hidden) {
      const box = cellBox(grid, index, width, height);
      // Whole pixels: a rounding error would blend neighbours.
      const [x, y, w, h] = [box.x, box.y, box.width, box.height].map(Math.round) as Rectangle;
      context?.drawImage(replacement, x, y, w, h, x, y, w, h);
    }
    return bytesOf(canvas.toDataURL("image/png").split(",")[1] ?? "");
  };
}

type Rectangle = [x: number, y: number, width: number, height: number];
