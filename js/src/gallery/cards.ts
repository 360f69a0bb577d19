// Pictures under their maps; of ten thousand only those in view are in the document.

import { element } from "../dom/element";
import { listen } from "../dom/listen";
import { card, type Card } from "./card";
import { mapsImage, showPlace } from "./map_image";
import type { Table } from "./table";
import type { Thumbnails } from "./thumbnails";

const WIDTH = 136;
const TEXT = 40;
const GAP = 10;
/** Lines of cards above and below those in view. */
const BEYOND = 2;
/** Where a line is filled: nobody sees it, and nothing of it is painted. */
const AWAY = "translateY(-9999px)";
/** Milliseconds in which a list that goes by a line or more flies: nobody sees what it shows. */
const FRAME = 16;
/** Milliseconds until a list that flew counts as slow. */
const SLOW = 50;

/** Cards side by side, moved as one. */
interface Line {
  element: HTMLElement;
  cards: Card[];
  /** Which line it shows; -1 for none. */
  number: number;
  /** Whether it lies in its place. */
  placed: boolean;
}

interface Layout {
  across: number;
  side: number;
  pitch: number;
  lines: Line[];
  height: number;
}

export function cards(
  table: Table,
  textOf: (row: number) => string,
  pictures: Thumbnails,
  signal: AbortSignal,
  open: (row: number) => void,
) {
  const root = element("div", "gx-cards");
  const inside = element("div", "gx-cards-inside");
  const cells = table.about.rows * table.about.columns;
  let rows: number[] = [];
  let layout: Layout | null = null;
  let first = -1;
  let queued = false;
  let before = { now: 0, top: 0 };
  let flew = -Infinity;
  root.append(inside);
  root.tabIndex = 0;
  root.setAttribute("role", "group");

  const draw = (now: number) => {
    queued = false;
    if (signal.aborted) return;
    layout ??= laidOut(root, inside, table.about.columns);
    const top = root.scrollTop;
    if (Math.abs(top - before.top) * FRAME > layout.pitch * (now - before.now)) flew = now;
    const moves = top !== before.top;
    before = { now, top };
    if (first < 0) inside.style.height = `${Math.ceil(rows.length / layout.across) * layout.pitch}px`;
    else if (now - flew < SLOW) return redraw();
    fill(layout, first < 0 ? Infinity : moves ? 2 : 1);
  };
  /**
   * Show lines that came into view or near, in so many steps, the others in the next frames. To fill a line is a step,
   * and to paint it another: where many are lacking, both in one frame come too late for it again and again.
   */
  const fill = ({ lines, across, pitch }: Layout, most: number) => {
    const top = Math.max(0, Math.floor(root.scrollTop / pitch) - BEYOND);
    const numbers = inViewFirst(top, lines.length);
    if (top !== first) ask(numbers, across, top);
    let left = most;
    for (const number of numbers) {
      const line = lines[number % lines.length]!; // the same for a line as long as it is in view
      if (line.number !== number) {
        if (left-- === 0) return redraw();
        [line.number, line.placed] = [number, false];
        line.element.hidden = number * across >= rows.length;
        line.element.style.transform = AWAY;
        show(line.cards, rowsOf(number, across));
      }
      if (line.placed) continue;
      if (left-- === 0) return redraw();
      line.placed = true;
      line.element.style.transform = `translateY(${number * pitch}px)`;
    }
  };
  const rowsOf = (number: number, across: number) => rows.slice(number * across, (number + 1) * across);
  const show = (line: Card[], shown: number[]) => {
    const maps = line.map((_, place) => mapOf(shown[place] ?? shown[0] ?? 0));
    const image = `url(${mapsImage(maps, table.about.columns)})`;
    line.forEach((one, place) => {
      const row = shown[place];
      if (row === undefined) return one.hide();
      one.show(row, { line: textOf(row), name: table.names[row]!, aspect: table.aspects[row]! });
      one.map.style.backgroundImage = image;
      one.showThumbnail(pictures.of(row));
    });
  };
  const mapOf = (row: number) => table.maps.subarray(row * cells, (row + 1) * cells);
  /** Ask for the thumbnails of these lines, and then of as many on the way. */
  const ask = (numbers: number[], across: number, top: number) => {
    const way = top < first ? -numbers.length : numbers.length;
    first = top;
    pictures.want([...numbers, ...numbers.map((number) => number + way)].flatMap((number) => (number < 0 ? [] : rowsOf(number, across))));
  };
  const redraw = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  };
  pictures.arrived = (row) => {
    for (const line of layout?.lines ?? []) {
      for (const one of line.cards) if (one.row === row) one.showThumbnail(pictures.of(row));
    }
  };
  const anew = () => {
    for (const line of layout?.lines ?? []) line.element.remove();
    [layout, first] = [null, -1];
    redraw();
  };
  root.addEventListener("scroll", redraw, { signal, passive: true });
  const resized = new ResizeObserver(() => {
    if (!layout || layout.height !== root.clientHeight || layout.side !== sideOf(root, inside)) anew();
  });
  resized.observe(root);
  signal.addEventListener("abort", () => resized.disconnect());
  listen(root, "click", (event) => {
    const row = cardAt(event, layout)?.row ?? -1;
    if (row >= 0) open(row);
  }, signal);
  listen(root, "keydown", (event) => {
    const row = cardAt(event, layout)?.row ?? -1;
    if (!layout || row < 0) return;
    const { across } = layout;
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -across, ArrowDown: across }[event.key];
    const to = rows[rows.indexOf(row) + (step ?? NaN)];
    if (to === undefined) return;
    event.preventDefault();
    focus(layout, to);
  }, signal);
  const focus = (now: Layout, row: number) => {
    const { lines, across, pitch } = now;
    const top = Math.floor(rows.indexOf(row) / across) * pitch;
    root.scrollTop = Math.max(top + pitch - root.clientHeight, Math.min(top, root.scrollTop));
    fill(now, Infinity);
    lines.flatMap((line) => line.cards).find((one) => one.row === row)?.element.focus({ preventScroll: true });
  };

  return {
    element: root,
    show: (now: number[]) => {
      rows = now;
      root.scrollTop = 0;
      first = -1;
      for (const line of layout?.lines ?? []) line.number = -1;
      redraw();
    },
  };
}

function inViewFirst(top: number, count: number): number[] {
  const numbers = Array.from({ length: count }, (_, at) => top + at);
  return [...numbers.slice(BEYOND, -BEYOND), ...numbers.slice(-BEYOND), ...numbers.slice(0, BEYOND)];
}

function cardAt(event: Event, layout: Layout | null): Card | undefined {
  const node = (event.target as Element).closest(".gx-card");
  return layout?.lines.flatMap((line) => line.cards).find((one) => one.element === node);
}

function acrossOf(width: number): number {
  return Math.max(1, Math.floor((width + GAP) / (WIDTH + GAP)));
}

function widthOf(root: HTMLElement, inside: HTMLElement): number {
  return Math.max(WIDTH, inside.clientWidth || root.clientWidth);
}

function sideOf(root: HTMLElement, inside: HTMLElement): number {
  const width = widthOf(root, inside);
  const across = acrossOf(width);
  return (width - GAP * (across - 1)) / across;
}

/** Make as many lines of cards as are ever in the document. */
function laidOut(root: HTMLElement, inside: HTMLElement, columns: number): Layout {
  const across = acrossOf(widthOf(root, inside));
  const side = sideOf(root, inside);
  const pitch = side + TEXT + GAP;
  const height = root.clientHeight;
  const count = Math.ceil((height || 600) / pitch) + 2 * BEYOND + 1;
  const lines = Array.from({ length: count }, (): Line => {
    const node = element("div", "gx-cards-line");
    const made = Array.from({ length: across }, card);
    node.append(...made.map((one) => one.element));
    made.forEach((one, place) => showPlace(one.map, place, across, columns));
    node.style.gridTemplateColumns = `repeat(${across}, 1fr)`;
    node.style.height = `${pitch}px`;
    return { element: node, cards: made, number: -1, placed: false };
  });
  inside.append(...lines.map((line) => line.element));
  return { across, side, pitch, lines, height };
}
