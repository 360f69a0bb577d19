// The picture with cells hidden, drawn from what stood in for each.

import { cellBox } from "../cells/geometry";
import type { GridShape } from "../model/widget_model";
import { bytesOf } from "./record";

/** A function that gives the PNG with cells (row-major) hidden, at the grid's height and width. */
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
      // Whole pixels: a box that is off by a rounding error would blend into its neighbours.
      const [x, y, w, h] = [box.x, box.y, box.width, box.height].map(Math.round) as Rectangle;
      context?.drawImage(replacement, x, y, w, h, x, y, w, h);
    }
    return bytesOf(canvas.toDataURL("image/png").split(",")[1] ?? "");
  };
}

type Rectangle = [x: number, y: number, width: number, height: number];
