// State → canvas. The map layer is reused: a hover redraws only outlines.

import { cellColor, withAlpha, type Appearance } from "../cells/colors";
import { cellNumber, digitsOf, isFaded, isFailed, isScored, scaleOf } from "../cells/scores";
import { element } from "../dom/element";
import type { Score } from "../model/explorer_protocol";
import type { GridShape } from "../model/widget_model";
import { dottedPattern, failedMark, pendingPattern } from "./marks";
import { dimHidden, outlineActive, outlineHovered, outlineSelection, outlineSure } from "./outlines";
import { boxOn, cellSizeOn, pixels, roomOn, surfaceOf, type Surface } from "./surface";

export interface Scene {
  picture: CanvasImageSource;
  /** The muted copy under the tints. */
  pale: CanvasImageSource;
  grid: GridShape | null;
  drops: Float32Array;
  /** Dotted. */
  hardlyChanged: readonly number[];
  score: Score;
  unit?: string;
  appearance: Appearance;
  /** The picture alone. */
  bare?: boolean;
  /** 1 sure for, −1 sure against, 0 not known, which is paler; null where that is not shown. */
  verdicts?: readonly number[] | null;
  hovered: number | null;
  /** While the grid is focused. */
  active: number | null;
  selected: ReadonlySet<number>;
  /** Hide all but the selection. */
  keep: boolean;
}

type Context = CanvasRenderingContext2D;

/** Shares of grey and of white in the muted copy. */
const [MUTED, LIGHTER] = [0.35, 0.12];

/** Of a cell with this share of the scale, nothing of the picture's own colour is left: its inverse. */
const GREYED = 8;

/** A number says something above this share of the scale. */
const TOLD = 0.1;

/** In CSS pixels, on both sides of a number. */
const NUMBER_MARGIN = 2;

/** Share of its colour that an unsure cell keeps. */
const UNSURE = 0.3;

/** Smallest cell with a number, in CSS pixels. */
const MIN_NUMBER_CELL = { width: 30, height: 20 };

/** Width and height are CSS pixels. */
export function paint(canvas: HTMLCanvasElement, scene: Scene, width: number, height: number): void {
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  resize(canvas, Math.round(width * ratio), Math.round(height * ratio));
  context.clearRect(0, 0, canvas.width, canvas.height);
  context.drawImage(mapOf(canvas, scene, ratio), 0, 0);
  if (!scene.grid) return;
  const surface = surfaceOf(scene.grid, canvas.width, canvas.height, ratio);
  if (scene.selected.size > 0) {
    // One cell is only outlined: its colour and number stay legible.
    const dim = !scene.bare && (scene.keep || scene.selected.size > 1);
    if (dim) dimHidden(context, surface, scene.selected, scene.keep);
    outlineSelection(context, surface, scene.selected);
  }
  if (scene.hovered !== null) outlineHovered(context, surface, scene.hovered);
  if (scene.active !== null) outlineActive(context, surface, scene.active);
}

/** Still in colour, and less saturated, so that tints stand out. */
export function paleCopy(picture: HTMLImageElement): HTMLCanvasElement {
  const canvas = element("canvas", "");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0) return canvas;
  context.drawImage(picture, 0, 0);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = image.data;
  for (let i = 0; i < pixels.length; i += 4) {
    const grey = 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
    for (let channel = i; channel < i + 3; channel++) {
      const muted = MUTED * grey + (1 - MUTED) * pixels[channel]!;
      pixels[channel] = LIGHTER * 255 + (1 - LIGHTER) * muted;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

interface Layer {
  canvas: HTMLCanvasElement;
  pale: CanvasImageSource;
  drops: Float32Array;
  rest: string;
}

const layers = new WeakMap<HTMLCanvasElement, Layer>();

function mapOf(canvas: HTMLCanvasElement, scene: Scene, ratio: number): HTMLCanvasElement {
  const { pale, drops, grid, score, appearance, hardlyChanged } = scene;
  const size = [canvas.width, canvas.height, ratio];
  const rest = JSON.stringify([grid, score, scene.unit, appearance, hardlyChanged, size, scene.bare, scene.verdicts]);
  const old = layers.get(canvas);
  if (old && old.pale === pale && old.rest === rest && sameBits(old.drops, drops)) return old.canvas;
  const layer = { canvas: old?.canvas ?? newLayer(canvas), pale, drops, rest };
  layers.set(canvas, layer);
  resize(layer.canvas, canvas.width, canvas.height);
  const context = layer.canvas.getContext("2d");
  if (context) paintMap(context, scene, canvas.width, canvas.height, ratio);
  return layer.canvas;
}

/** A browser short of memory may discard a layer and restore it empty. */
function newLayer(owner: HTMLCanvasElement): HTMLCanvasElement {
  const layer = element("canvas", "");
  layer.addEventListener("contextrestored", () => layers.delete(owner));
  return layer;
}

/** Setting a size, even the same, clears the canvas. */
export function resize(canvas: HTMLCanvasElement, width: number, height: number): void {
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
}

/** Compares bits: pending cells are NaN. */
function sameBits(a: Float32Array, b: Float32Array): boolean {
  if (a.length !== b.length) return false;
  const [left, right] = [a, b].map((s) => new Uint32Array(s.buffer, s.byteOffset, s.length));
  return left!.every((bits, i) => bits === right![i]);
}

function paintMap(context: Context, scene: Scene, width: number, height: number, ratio: number) {
  context.clearRect(0, 0, width, height);
  context.imageSmoothingQuality = "high";
  if (!scene.grid || scene.bare) {
    context.drawImage(scene.picture, 0, 0, width, height);
    return;
  }
  const surface = surfaceOf(scene.grid, width, height, ratio);
  paintPictures(context, scene, surface);
  paintCells(context, scene, surface);
  fillWith(context, surface, dottedPattern(context, surface.ratio), scene.hardlyChanged);
  paintLines(context, surface);
  if (scene.verdicts) outlineSure(context, surface, scene.verdicts);
  if (scene.appearance.numbers) paintNumbers(context, scene, surface);
}

/** Pending cells in the picture's colours, others pale. */
function paintPictures(context: Context, scene: Scene, surface: Surface) {
  const { width, height } = surface;
  const pending = [...scene.drops.keys()].filter((index) => Number.isNaN(scene.drops[index]));
  context.fillStyle = "#000";
  fillCells(context, surface, pending);
  context.globalCompositeOperation = "source-in";
  if (pending.length > 0) context.drawImage(scene.picture, 0, 0, width, height);
  context.globalCompositeOperation = "destination-over";
  const under = pending.length < scene.drops.length ? scene.pale : scene.picture;
  context.drawImage(under, 0, 0, width, height);
  context.globalCompositeOperation = "source-over";
  fillWith(context, surface, pendingPattern(context, surface.ratio), pending);
}

function fillWith(
  context: Context,
  surface: Surface,
  pattern: CanvasPattern | null,
  cells: readonly number[],
) {
  if (!pattern) return;
  context.fillStyle = pattern;
  fillCells(context, surface, cells);
}

function fillCells(context: Context, surface: Surface, cells: readonly number[]) {
  for (const index of cells) {
    const box = boxOn(surface, index);
    context.fillRect(box.x, box.y, box.width, box.height);
  }
}

function paintCells(context: Context, { drops, score, appearance, verdicts }: Scene, surface: Surface) {
  const scale = scaleOf(drops, score, appearance.scale);
  drops.forEach((full, index) => {
    if (Number.isNaN(full)) return;
    const drop = verdicts?.[index] === 0 && !isFailed(full) ? UNSURE * full : full;
    const box = boxOn(surface, index);
    if (isFailed(drop)) {
      failedMark(context, box, surface.ratio);
    } else if (!isFaded(drop, scale, appearance.threshold)) {
      const { x, y, width, height } = box;
      // The picture's own colour would mix with the tint: blue on yellow would be green.
      context.globalCompositeOperation = "saturation";
      context.fillStyle = withAlpha("#808080", Math.min(1, (GREYED * Math.abs(drop)) / scale));
      context.fillRect(x, y, width, height);
      context.globalCompositeOperation = "source-over";
      context.fillStyle = cellColor(drop, scale, appearance);
      context.fillRect(x, y, width, height);
    }
  });
}

function paintLines(context: Context, surface: Surface) {
  const { xs, ys, width, height } = surface;
  const line = pixels(surface, 1);
  context.fillStyle = `rgba(0, 0, 0, ${roomOn(surface) > 12 ? 0.22 : 0.1})`;
  for (const x of xs.slice(1, -1)) context.fillRect(x - (line >> 1), 0, line, height);
  for (const y of ys.slice(1, -1)) context.fillRect(0, y - (line >> 1), width, line);
}

function paintNumbers(context: Context, { drops, score, unit, appearance }: Scene, surface: Surface) {
  const [width, height] = cellSizeOn(surface);
  if (width < MIN_NUMBER_CELL.width || height < MIN_NUMBER_CELL.height) return;
  const { ratio } = surface;
  const scale = scaleOf(drops, score, appearance.scale);
  const digits = digitsOf(scale, score);
  const size = Math.min(15, width * 0.32, height * 0.5);
  context.font = `${(ratio * size).toFixed(1)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3 * ratio;
  context.strokeStyle = "rgba(255, 255, 255, 0.85)";
  context.fillStyle = "#111";
  const least = Math.max(appearance.threshold, TOLD);
  drops.forEach((drop, index) => {
    if (!isScored(drop) || isFaded(drop, scale, least)) return;
    const box = boxOn(surface, index);
    const number = cellNumber(drop, score, digits, unit);
    const text = /[1-9]/.test(number) ? number : "0";
    if (context.measureText(text).width > box.width - 2 * NUMBER_MARGIN * ratio) return;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  });
}
