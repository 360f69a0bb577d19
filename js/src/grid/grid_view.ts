// The picture and its grid: canvas, pointer, keyboard, tooltip, legend.

import { appearanceOf } from "../cells/colors";
import { cellAt } from "../cells/geometry";
import { amountText, decodeScores, isScored, RANKED } from "../cells/scores";
import { shownChange, shownMap, shownScores, shownUnit } from "../cells/two_maps";
import { attribute, element, showPng } from "../dom/element";
import { onRepaintNeeded } from "../dom/repaint";
import { tip } from "../dom/tip";
import type { Certainty, Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { bothTexts, changedText, changeText, hidingText, placeText, speaksText } from "../text/cell_text";
import { sidesOf } from "../text/classes";
import { ariaGrid } from "./aria_grid";
import { listenToKeys, moved } from "./keyboard";
import { dots } from "./dots";
import { legend } from "./legend";
import { bareControl } from "./bare";
import { paint, paleCopy } from "./paint";
import { listenToPointer, type Point } from "./pointer";
import { cellSelector, type Choose } from "./selector";

export interface GridView {
  element: HTMLElement;
  canvas: HTMLCanvasElement;
  /** Shows the picture without the map. */
  bare: HTMLElement;
  /** The picture's width over its height. */
  shape(): number;
  update(): void;
}

export function gridView(
  model: Model,
  signal: AbortSignal,
  choose: Choose,
  undo: () => void,
  certainty: () => Certainty | null,
): GridView {
  const root = element("div", "gx-grid");
  const frame = element("div", "gx-frame");
  const canvas = element("canvas", "gx-canvas");
  const broken = element("p", "gx-error", "The picture cannot be shown here.");
  const tooltip = tip();
  const key = legend();
  const cells = cellSelector(model, choose);
  const aria = ariaGrid(frame);
  attribute(canvas, "aria-hidden", "true");
  broken.hidden = true;
  frame.append(canvas);
  const bare = bareControl(signal, () => redraw());
  root.append(key.element, frame, broken, key.marks, tooltip.element);

  let shown: DataView | null = null;
  let picture: HTMLImageElement | null = null;
  let pale: HTMLCanvasElement | null = null;
  let scores: DataView | null = null;
  let drops: Float32Array = new Float32Array();
  let alone: Float32Array = new Float32Array();
  let together: Float32Array = new Float32Array();
  let hovered: number | null = null;
  let activeShown = false;
  let queued = false;

  const shape = () => filled(model.get("grid"));

  const draw = () => {
    queued = false;
    if (!picture || !pale) return;
    const [grid, appearance] = [shape(), appearanceOf(model)];
    const [score, keep] = [model.get("score"), model.get("keep")];
    const [shownScore, unit] = shownUnit(model);
    const [width, height] = [frame.clientWidth, frame.clientHeight];
    const [active, selected] = [activeShown ? cells.active() : null, cells.shown()];
    const marks = { hardlyChanged: model.get("hardly_changed"), hovered, active, selected, keep };
    const scene = { picture, pale, grid, drops, score: shownScore, unit, appearance, bare: bare.on(), verdicts: certainty()?.verdicts ?? null, ...marks };
    paint(canvas, scene, width, height);
    const index = cells.dragging() ? null : (hovered ?? active);
    const drop = index === null ? undefined : alone[index];
    if (!grid || index === null || drop === undefined) return tooltip.hide();
    const change = changeText(drop, score, filled(model.get("prediction")), model.get("quantity"));
    const place = [placeText(grid, index), speaksOf(index)].filter(Boolean).join(" · ");
    tooltip.show(place, numbersOf(index, change).join("\n"), dotsOf(index));
  };

  const shapeOfPicture = () => (picture ? picture.naturalWidth / picture.naturalHeight : 1);

  const redraw = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  };

  const speaksOf = (index: number) => speaksText(drops[index] ?? NaN, sidesOf(model));

  const dotsOf = (index: number) => {
    const sure = certainty();
    if (!sure) return null;
    const [values, tells] = [decodeScores(sure.values), new Uint8Array(sure.tells.buffer, sure.tells.byteOffset, sure.tells.byteLength)];
    const places = sure.ways.map((_, way) => way * sure.verdicts.length + index);
    const told = places.filter((place) => tells[place] && isScored(values[place])).map((place) => values[place]!);
    return told.length > 0 ? dots(told, sure.margin) : null;
  };

  const numbersOf = (index: number, change: string) => {
    const part = together[index];
    const unit = model.get("quantity").unit;
    const shown = shownMap(model);
    const own = shown === "method" ? [methodText(index)] : [];
    const texts = part === undefined ? [change] : bothTexts(change, part, shown, model.get("score"), unit);
    return [...own, ...texts, ...changedText(model.get("hardly_changed"), index)];
  };

  const methodText = (index: number) => {
    const [score, named] = shownUnit(model);
    const [value, title] = [drops[index] ?? NaN, filled(model.get("method_map"))!.title];
    return `${title}: ${named === RANKED ? amountText(value, score, named) : hidingText(value, score, named)}`;
  };

  const describe = () => {
    const [grid, index] = [shape(), cells.active()];
    if (!grid) return;
    const drop = hidingText(alone[index] ?? NaN, model.get("score"), model.get("quantity").unit);
    const texts = [placeText(grid, index), speaksOf(index), ...numbersOf(index, drop)];
    const text = texts.filter(Boolean).join(", ");
    aria.update(grid, index, text, cells.shown().has(index));
  };

  const refresh = () => {
    describe();
    redraw();
  };

  const cellUnder = (point: Point | null) => {
    const grid = shape();
    return grid && point ? cellAt(grid, ...point) : null;
  };

  const hover = (index: number | null) => {
    if (index === hovered) return;
    hovered = index;
    redraw();
  };

  const abandon = listenToPointer(
    canvas,
    {
      hover: (point) => hover(cellUnder(point)),
      click(point, mode) {
        const index = cellUnder(point);
        if (index === null) return;
        cells.click(index, mode);
        refresh();
      },
      drag(from, to, mode) {
        const [start, end] = [cellUnder(from), cellUnder(to)];
        if (start === null || end === null) return;
        hovered = end;
        cells.drag(start, end, mode);
        redraw();
      },
      drop() {
        cells.drop();
        refresh();
      },
      abandon() {
        cells.abandon();
        redraw();
      },
    },
    signal,
  );

  listenToKeys(
    frame,
    {
      showActive(shown) {
        activeShown = shown;
        if (shown) hovered = null;
        refresh();
      },
      move(to, extend) {
        const grid = shape();
        if (grid) cells.goTo(moved(grid, cells.active(), to), extend);
      },
      pick: (mode) => cells.click(cells.active(), mode),
      all: cells.all,
      bare: bare.toggle,
      clear: () => abandon() || cells.clear(),
      undo,
    },
    signal,
  );

  onRepaintNeeded(frame, canvas, redraw, signal);

  const load = async (bytes: DataView) => {
    shown = bytes;
    const image = new Image();
    const decoded = await showPng(image, bytes).then(() => true, () => false);
    if (shown !== bytes) return; // a newer picture has arrived
    broken.hidden = decoded;
    frame.hidden = !decoded;
    if (!decoded) return;
    root.style.setProperty("--gx-shape", String(image.naturalWidth / image.naturalHeight));
    picture = image;
    pale = paleCopy(image);
    redraw();
  };

  const update = () => {
    const bytes = model.get("picture");
    if (bytes !== shown && bytes.byteLength > 0) void load(bytes);
    alone = decodeScores(model.get("scores"));
    together = decodeScores(model.get("together"));
    if (scores !== shownScores(model)) {
      scores = shownScores(model);
      drops = decodeScores(scores);
    }
    cells.follow();
    const grid = shape();
    if (grid && hovered !== null && hovered >= grid.rows * grid.columns) hovered = null;
    const [score, unit] = shownUnit(model);
    key.update(drops, score, appearanceOf(model), unit, model.get("hardly_changed"), sidesOf(model), shownChange(model));
    refresh();
  };
  return { element: root, canvas, bare: bare.element, shape: shapeOfPicture, update };
}
