// Patterns of pending and failed cells. Lengths are device pixels; `ratio` is device pixels per CSS
// pixel.

import type { Box } from "../cells/geometry";
import { element } from "../dom/element";

type Context = CanvasRenderingContext2D;

const LIGHT = "rgba(255, 255, 255, 0.38)";
const DARK = "rgba(0, 0, 0, 0.26)";
const DOT_LIGHT = "rgba(255, 255, 255, 0.6)";
const DOT_DARK = "rgba(0, 0, 0, 0.42)";

/** Light beside dark, visible on any picture; null without a canvas context. */
export function pendingPattern(context: Context, ratio: number): CanvasPattern | null {
  const line = Math.max(1, Math.round(ratio));
  const period = 7 * line;
  const tile = element("canvas", "");
  tile.width = tile.height = period;
  const ink = tile.getContext("2d");
  if (!ink) return null;
  for (let y = 0; y < period; y++) {
    for (let x = 0; x < period; x++) {
      const place = Math.floor(((x + y) % period) / line);
      if (place > 1) continue;
      ink.fillStyle = place === 0 ? LIGHT : DARK;
      ink.fillRect(x, y, 1, 1);
    }
  }
  return context.createPattern(tile, "repeat");
}

/** Sparse dots, each light beside dark: calmer than what is pending. */
export function dottedPattern(context: Context, ratio: number): CanvasPattern | null {
  const dot = Math.max(1, Math.round(ratio));
  const tile = element("canvas", "");
  tile.width = tile.height = 6 * dot;
  const ink = tile.getContext("2d");
  if (!ink) return null;
  for (const place of [dot, 4 * dot]) {
    ink.fillStyle = DOT_LIGHT;
    ink.fillRect(place, place, dot, dot);
    ink.fillStyle = DOT_DARK;
    ink.fillRect(place + dot, place, dot, dot);
  }
  return context.createPattern(tile, "repeat");
}

/** A white cross on dark. */
export function failedMark(context: Context, box: Box, ratio: number): void {
  context.fillStyle = "rgba(30, 30, 30, 0.72)";
  context.fillRect(box.x, box.y, box.width, box.height);
  const reach = Math.min(0.3 * Math.min(box.width, box.height), 14 * ratio);
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
  context.beginPath();
  context.moveTo(x - reach, y - reach);
  context.lineTo(x + reach, y + reach);
  context.moveTo(x + reach, y - reach);
  context.lineTo(x - reach, y + reach);
  context.strokeStyle = "#fff";
  context.lineWidth = Math.max(1.25 * ratio, Math.min(3 * ratio, reach / 3));
  context.stroke();
}
