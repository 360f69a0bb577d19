// State → canvas; the only canvas code.

import { cellColor } from "./colors";
import { cellBox, edges } from "./geometry";
import type { GridShape, Score } from "./protocol";
import { digitsOf, dropNumber } from "./scores";

export interface Scene {
  picture: CanvasImageSource;
  /** The same, grey and pale: what lies under the colours. */
  pale: CanvasImageSource;
  grid: GridShape | null;
  drops: Float32Array;
  scale: number;
  score: Score;
  hovered: number | null;
  selected: number | null;
}

/** Cells smaller than this, in CSS pixels, carry no number. */
const NUMBER_ROOM = 30;

/** A pending cell keeps the picture's own colours, a scored one lies on grey. */
export function paint(canvas: HTMLCanvasElement, scene: Scene, width: number, height: number): void {
  const context = canvas.getContext("2d");
  if (!context || width === 0 || height === 0) return;
  const ratio = window.devicePixelRatio || 1;
  const [deviceWidth, deviceHeight] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== deviceWidth || canvas.height !== deviceHeight) {
    canvas.width = deviceWidth;
    canvas.height = deviceHeight;
  }
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.imageSmoothingQuality = "high";
  context.drawImage(scene.picture, 0, 0, width, height);
  if (!scene.grid) return;
  paintCells(context, scene, scene.grid, width, height);
  paintLines(context, scene.grid, width, height);
  paintNumbers(context, scene, scene.grid, width, height);
  if (scene.selected !== null) outline(context, scene.grid, scene.selected, width, height, 3);
  if (scene.hovered !== null) outline(context, scene.grid, scene.hovered, width, height, 1.5);
}

/** The grey picture on which colours are unmistakable. */
export function paleCopy(picture: HTMLImageElement): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const context = canvas.getContext("2d");
  if (!context || canvas.width === 0) return canvas;
  context.drawImage(picture, 0, 0);
  const image = context.getImageData(0, 0, canvas.width, canvas.height);
  const pixels = image.data;
  for (let i = 0; i < pixels.length; i += 4) {
    const grey = 0.299 * pixels[i]! + 0.587 * pixels[i + 1]! + 0.114 * pixels[i + 2]!;
    pixels[i] = pixels[i + 1] = pixels[i + 2] = 115 + 0.55 * grey;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

type Context = CanvasRenderingContext2D;

function paintCells(context: Context, scene: Scene, grid: GridShape, width: number, height: number) {
  const scored = [...scene.drops.keys()].filter((i) => !Number.isNaN(scene.drops[i]));
  if (scored.length === 0) return;
  context.save();
  context.beginPath();
  for (const index of scored) {
    const box = cellBox(grid, index, width, height);
    context.rect(box.x, box.y, box.width, box.height);
  }
  context.clip();
  context.drawImage(scene.pale, 0, 0, width, height);
  context.restore();
  for (const index of scored) {
    const box = cellBox(grid, index, width, height);
    context.fillStyle = cellColor(scene.drops[index]!, scene.scale);
    context.fillRect(box.x, box.y, box.width, box.height);
  }
}

function paintLines(context: Context, grid: GridShape, width: number, height: number) {
  context.beginPath();
  for (const x of edges(grid.columns, grid.width).slice(1, -1)) {
    context.moveTo(x * width, 0);
    context.lineTo(x * width, height);
  }
  for (const y of edges(grid.rows, grid.height).slice(1, -1)) {
    context.moveTo(0, y * height);
    context.lineTo(width, y * height);
  }
  context.lineWidth = 1;
  const cell = Math.min(width / grid.columns, height / grid.rows);
  context.strokeStyle = `rgba(0, 0, 0, ${cell > 12 ? 0.22 : 0.1})`;
  context.stroke();
}

function paintNumbers(context: Context, scene: Scene, grid: GridShape, width: number, height: number) {
  const room = Math.min(width / grid.columns, height / grid.rows);
  if (room < NUMBER_ROOM) return;
  context.font = `${Math.min(15, room * 0.32).toFixed(1)}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineJoin = "round";
  context.lineWidth = 3;
  context.strokeStyle = "rgba(255, 255, 255, 0.85)";
  context.fillStyle = "#111";
  const digits = digitsOf(scene.scale, scene.score);
  scene.drops.forEach((drop, index) => {
    if (Number.isNaN(drop)) return;
    const box = cellBox(grid, index, width, height);
    const number = dropNumber(drop, scene.score, digits);
    const text = Number(number) === 0 ? "0" : number;
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    context.strokeText(text, x, y);
    context.fillText(text, x, y);
  });
}

/** White within black: seen on any picture. */
function outline(
  context: Context,
  grid: GridShape,
  index: number,
  width: number,
  height: number,
  line: number,
) {
  const box = cellBox(grid, index, width, height);
  const inset = line / 2;
  context.lineJoin = "miter";
  context.strokeStyle = "#000";
  context.lineWidth = line + 2;
  context.strokeRect(box.x + inset, box.y + inset, box.width - line, box.height - line);
  context.strokeStyle = "#fff";
  context.lineWidth = line;
  context.strokeRect(box.x + inset, box.y + inset, box.width - line, box.height - line);
}
