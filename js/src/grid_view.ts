// The picture under its grid: canvas, hover and click.

import { AGAINST, STRONGEST, SUPPORTS, withAlpha } from "./colors";
import { element, showPng } from "./dom";
import { cellAt, cellOf, indexOf, sizeOf } from "./geometry";
import { paint, paleCopy } from "./paint";
import { listenToPointer } from "./pointer";
import { filled, type Model } from "./protocol";
import { decodeScores, digitsOf, dropNumber, percent, scaleOf, unitOf } from "./scores";

/** The tallest that the picture gets, in CSS pixels. */
const MOST_HEIGHT = 560;

export interface GridView {
  element: HTMLElement;
  update(): void;
}

export function gridView(model: Model, signal: AbortSignal): GridView {
  const root = element("div", "gx-grid");
  const frame = element("div", "gx-frame");
  const canvas = element("canvas", "gx-canvas");
  const tip = element("div", "gx-tip");
  const legend = gridLegend();
  tip.hidden = true;
  frame.append(canvas, tip);
  root.append(frame, legend.element);

  const picture = new Image();
  let pale: HTMLCanvasElement | null = null;
  let shown: DataView | null = null;
  let hovered: number | null = null;
  let queued = false;

  const draw = () => {
    queued = false;
    if (!pale) return;
    const drops = decodeScores(model.get("scores"));
    const score = model.get("score");
    const scale = scaleOf(drops, score);
    const grid = filled(model.get("grid"));
    const cell = model.get("value")[0];
    const selected = grid && cell ? indexOf(grid, cell) : null;
    const scene = { picture, pale, grid, drops, scale, score, hovered, selected };
    paint(canvas, scene, frame.clientWidth, frame.clientHeight);
    legend.update(scale, drops, score);
    describe(drops);
  };

  const redraw = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  };

  const describe = (drops: Float32Array) => {
    const grid = filled(model.get("grid"));
    const drop = hovered === null ? undefined : drops[hovered];
    tip.hidden = !grid || hovered === null || drop === undefined;
    if (!grid || hovered === null || drop === undefined) return;
    const [row, column] = cellOf(grid, hovered);
    const place = element("span", "gx-tip-place", `Row ${row + 1}, column ${column + 1}`);
    tip.replaceChildren(place, element("span", "gx-tip-drop", dropText(model, drop)));
    // Above the cell, below it in the upper rows; never out of the frame.
    const room = frame.clientWidth - tip.offsetWidth;
    const centred = ((column + 0.5) / grid.columns) * frame.clientWidth - tip.offsetWidth / 2;
    tip.style.left = `${Math.max(0, Math.min(room, centred))}px`;
    const below = row < grid.rows / 3;
    tip.style.top = below ? `${((row + 1) / grid.rows) * 100}%` : "";
    tip.style.bottom = below ? "" : `${(1 - row / grid.rows) * 100}%`;
  };

  const cellUnder = (point: [number, number] | null) => {
    const grid = filled(model.get("grid"));
    return grid && point ? cellAt(grid, ...point) : null;
  };

  listenToPointer(
    canvas,
    {
      hover(point) {
        const cell = cellUnder(point);
        if (cell === hovered) return;
        hovered = cell;
        redraw();
      },
      select(point) {
        const grid = filled(model.get("grid"));
        const cell = cellUnder(point);
        if (!grid || cell === null) return;
        const [rows, columns] = sizeOf(model.get("grid_size"));
        if (rows !== grid.rows || columns !== grid.columns) return; // another grid is on its way
        const old = model.get("value")[0];
        const again = old !== undefined && indexOf(grid, old) === cell;
        model.set("value", again ? [] : [cellOf(grid, cell)]);
        model.save_changes();
        redraw();
      },
    },
    signal,
  );

  const observer = new ResizeObserver(redraw);
  observer.observe(frame);
  signal.addEventListener("abort", () => observer.disconnect());

  const load = async (bytes: DataView) => {
    try {
      await showPng(picture, bytes);
    } catch {
      if (shown !== bytes) return; // a newer picture cut this one short
      canvas.replaceWith(element("p", "gx-error", "The picture cannot be shown here."));
      return;
    }
    const shape = picture.naturalWidth / picture.naturalHeight;
    frame.style.aspectRatio = String(shape);
    root.style.maxWidth = `${Math.round(MOST_HEIGHT * Math.min(1.3, shape))}px`;
    pale = paleCopy(picture);
    redraw();
  };

  const update = () => {
    const bytes = model.get("picture");
    if (bytes !== shown && bytes.byteLength > 0) {
      shown = bytes;
      void load(bytes);
    }
    const grid = filled(model.get("grid"));
    if (grid && hovered !== null && hovered >= grid.rows * grid.columns) hovered = null;
    redraw();
  };
  return { element: root, update };
}

function dropText(model: Model, drop: number): string {
  if (Number.isNaN(drop)) return "not scored yet";
  const score = model.get("score");
  const prediction = filled(model.get("prediction"));
  const text = `drop ${dropNumber(drop, score, score === "probability" ? 1 : 2)} ${unitOf(score)}`;
  if (score !== "probability" || !prediction) return text;
  const before = prediction.probability;
  return `${text} (${percent(before)} → ${percent(Math.max(0, before - drop))})`;
}

function gridLegend() {
  const root = element("div", "gx-legend");
  const least = element("span", "gx-legend-end");
  const most = element("span", "gx-legend-end");
  const bar = element("span", "gx-legend-bar");
  const pending = element("span", "gx-legend-pending", "in colour: not scored yet");
  const stops = [
    withAlpha(AGAINST, STRONGEST),
    withAlpha(AGAINST, 0),
    withAlpha(SUPPORTS, 0),
    withAlpha(SUPPORTS, STRONGEST),
  ];
  const [against, none, nothing, supports] = stops;
  bar.style.backgroundImage = `linear-gradient(to right, ${against}, ${none} 50%, ${nothing} 50%, ${supports})`;
  root.append(least, bar, most, pending);
  const update = (scale: number, drops: Float32Array, score: "probability" | "log-odds") => {
    const end = dropNumber(scale, score, digitsOf(scale, score));
    least.textContent = `against −${end}`;
    most.textContent = `+${end} ${unitOf(score)}, supports`;
    pending.hidden = !drops.some(Number.isNaN);
  };
  return { element: root, update };
}
