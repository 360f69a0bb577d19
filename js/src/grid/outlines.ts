// Marks on the map: hidden, selected, hovered and active cells.

import { cellOf, type Box } from "../cells/geometry";
import { boxOn, pixels, roomOn, type Surface } from "./surface";

type Context = CanvasRenderingContext2D;

/** In CSS pixels; smaller cells have thinner lines. */
const SMALL_CELL = 14;

/** In CSS pixels; smaller cells are outlined from outside. */
const TINY_CELL = 8;

/** Darken hidden cells: the selection, or with `keep` everything else. */
export function dimHidden(
  context: Context,
  surface: Surface,
  selected: ReadonlySet<number>,
  keep: boolean,
): void {
  const { grid, xs, ys } = surface;
  const isHidden = (index: number) => selected.has(index) !== keep;
  context.fillStyle = `rgba(0, 0, 0, ${keep ? 0.6 : 0.3})`;
  for (let row = 0; row < grid.rows; row++) {
    let start = 0;
    for (let column = 0; column <= grid.columns; column++) {
      if (column < grid.columns && isHidden(row * grid.columns + column)) continue;
      const width = xs[column]! - xs[start]!;
      if (width > 0) context.fillRect(xs[start]!, ys[row]!, width, ys[row + 1]! - ys[row]!);
      start = column + 1;
    }
  }
}

/** Outline the union of cells, white in black: visible on any picture. */
export function outlineSelection(
  context: Context,
  surface: Surface,
  selected: ReadonlySet<number>,
): void {
  if (roomOn(surface) < TINY_CELL) return outlineAround(context, surface, selected);
  const small = roomOn(surface) < SMALL_CELL;
  const [black, white] = [pixels(surface, 1), pixels(surface, small ? 1 : 2)];
  const rim = rimOf(surface, selected);
  if (!small) fillRim(context, rim, black + white + black, "#000");
  fillRim(context, rim, black + white, "#fff");
  fillRim(context, rim, black, "#000");
}

/** Outline the cells that are sure, those that speak for and those that speak against apart. */
export function outlineSure(context: Context, surface: Surface, verdicts: readonly number[]): void {
  for (const sign of [1, -1]) {
    const cells = new Set([...verdicts.keys()].filter((index) => verdicts[index] === sign));
    const rim = rimOf(surface, cells);
    fillRim(context, rim, pixels(surface, 3), "rgba(255, 255, 255, 0.85)");
    fillRim(context, rim, pixels(surface, 2), "#111");
  }
}

/** White in black, outside the cells. */
function outlineAround(context: Context, surface: Surface, cells: ReadonlySet<number>): void {
  const line = pixels(surface, 1);
  const rim = rimOf(surface, cells);
  fillRim(context, rim, -2 * line, "#000");
  fillRim(context, rim, -line, "#fff");
}

export function outlineHovered(context: Context, surface: Surface, index: number): void {
  if (roomOn(surface) < TINY_CELL) return outlineAround(context, surface, new Set([index]));
  const line = pixels(surface, 1);
  const box = boxOn(surface, index);
  frame(context, box, 0, line, "#000");
  frame(context, box, line, line, "#fff");
}

/** A yellow focus ring. */
export function outlineActive(context: Context, surface: Surface, index: number): void {
  const room = roomOn(surface);
  const [black, yellow] = [pixels(surface, 1), pixels(surface, room < SMALL_CELL ? 1.5 : 2.5)];
  const ring = black + yellow + black;
  const cell = boxOn(surface, index);
  const box = room < TINY_CELL ? grown(cell, ring) : clipped(grown(cell, black + yellow), surface);
  frame(context, box, 0, ring, "#000");
  frame(context, box, black, yellow, "#ffdd00");
}

type Side = "top" | "bottom" | "left" | "right";

/** A cell of the union and its outer sides. */
interface RimCell {
  box: Box;
  /** A pair is a corner where only the diagonal neighbour is outside. */
  sides: Side[][];
}

const AROUND: [down: number, right: number, sides: Side[]][] = [
  [-1, 0, ["top"]],
  [1, 0, ["bottom"]],
  [0, -1, ["left"]],
  [0, 1, ["right"]],
  [-1, -1, ["top", "left"]],
  [-1, 1, ["top", "right"]],
  [1, -1, ["bottom", "left"]],
  [1, 1, ["bottom", "right"]],
];

function rimOf(surface: Surface, cells: ReadonlySet<number>): RimCell[] {
  const { rows, columns } = surface.grid;
  const rim: RimCell[] = [];
  for (const cell of cells) {
    const [row, column] = cellOf(surface.grid, cell);
    const within = ([down, right]: readonly [number, number, Side[]]) => {
      const [y, x] = [row + down, column + right];
      return y >= 0 && y < rows && x >= 0 && x < columns && cells.has(y * columns + x);
    };
    const sides = AROUND.filter((neighbour) => !within(neighbour)).map(([, , side]) => side);
    if (sides.length > 0) rim.push({ box: boxOn(surface, cell), sides });
  }
  return rim;
}

/** Fill `reach` pixels inside the edge of the union; outside if negative. */
function fillRim(context: Context, rim: RimCell[], reach: number, color: string): void {
  context.fillStyle = color;
  for (const { box, sides } of rim) {
    for (const side of sides) {
      const across = side.includes("left") || side.includes("right") ? reach : box.width;
      const down = side.includes("top") || side.includes("bottom") ? reach : box.height;
      const x = side.includes("right") ? box.x + box.width - across : box.x;
      const y = side.includes("bottom") ? box.y + box.height - down : box.y;
      context.fillRect(x, y, across, down);
    }
  }
}

function frame(context: Context, box: Box, inset: number, line: number, color: string): void {
  const edge = inset + line / 2;
  context.lineWidth = line;
  context.strokeStyle = color;
  context.strokeRect(box.x + edge, box.y + edge, box.width - 2 * edge, box.height - 2 * edge);
}

function grown({ x, y, width, height }: Box, by: number): Box {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

function clipped(box: Box, surface: Surface): Box {
  const [left, top] = [Math.max(0, box.x), Math.max(0, box.y)];
  const right = Math.min(surface.width, box.x + box.width);
  const bottom = Math.min(surface.height, box.y + box.height);
  return { x: left, y: top, width: right - left, height: bottom - top };
}
