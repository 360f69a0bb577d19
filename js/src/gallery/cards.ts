// Pictures under their maps; of ten thousand only those in view are in the document.

import { element } from "../dom/element";
import type { Table } from "./table";

const WIDTH = 136;
const TEXT = 40;
const GAP = 10;
/** Rows of cards above and below those in view. */
const BEYOND = 2;
const OPACITY = 0.85;
const SUPPORTS = [213, 94, 0] as const;
const AGAINST = [0, 114, 178] as const;

interface Card {
  element: HTMLButtonElement;
  picture: HTMLElement;
  show(row: number, url: string): void;
}

export interface CardTexts {
  line(row: number): string;
}

export function cards(table: Table, texts: CardTexts, signal: AbortSignal, open: (row: number) => void) {
  const root = element("div", "gx-cards");
  const inside = element("div", "gx-cards-inside");
  root.append(inside);
  root.tabIndex = 0;
  root.setAttribute("role", "group");
  let rows: number[] = [];
  let pool: Card[] = [];
  let queued = false;
  let urlOf: (row: number) => string = () => "";
  let viewed: (rows: number[]) => void = () => undefined;

  const draw = () => {
    queued = false;
    if (signal.aborted) return;
    const width = Math.max(WIDTH, inside.clientWidth || root.clientWidth);
    const across = Math.max(1, Math.floor((width + GAP) / (WIDTH + GAP)));
    const side = (width - GAP * (across - 1)) / across;
    const pitch = side + TEXT + GAP;
    inside.style.height = `${Math.ceil(rows.length / across) * pitch}px`;
    const first = Math.max(0, Math.floor(root.scrollTop / pitch) - BEYOND) * across;
    const count = across * (Math.ceil((root.clientHeight || 600) / pitch) + 2 * BEYOND + 1);
    const shown = rows.slice(first, first + count);
    const size = Math.min(count, rows.length);
    while (pool.length < size) {
      const made = card(table, texts, signal, open);
      pool.push(made);
      inside.append(made.element);
    }
    pool.splice(size).forEach((spare) => spare.element.remove());
    const used = new Set<Card>();
    shown.forEach((row, place) => {
      const at = first + place;
      const one = pool[at % size]!; // the same for a place as long as it is in view
      const { element: node } = one;
      used.add(one);
      node.hidden = false;
      node.style.width = `${side}px`;
      node.style.transform = `translate(${(at % across) * (side + GAP)}px, ${Math.floor(at / across) * pitch}px)`;
      one.picture.style.height = `${side}px`;
      one.show(row, urlOf(row));
    });
    for (const one of pool) if (!used.has(one)) one.element.hidden = true;
    viewed(shown);
  };
  const redraw = () => {
    if (queued) return;
    queued = true;
    requestAnimationFrame(draw);
  };
  root.addEventListener("scroll", redraw, { signal, passive: true });
  const resized = new ResizeObserver(redraw);
  resized.observe(root);
  signal.addEventListener("abort", () => resized.disconnect());

  return {
    element: root,
    redraw,
    show: (now: number[]) => {
      rows = now;
      root.scrollTop = 0;
      pool.forEach((one) => one.element.remove());
      pool = [];
      redraw();
    },
    link: (url: (row: number) => string, inView: (rows: number[]) => void) => {
      [urlOf, viewed] = [url, inView];
    },
  };
}

function card(table: Table, texts: CardTexts, signal: AbortSignal, open: (row: number) => void): Card {
  const node = element("button", "gx-card");
  const picture = element("span", "gx-card-picture");
  const image = element("img", "gx-card-image");
  const map = element("canvas", "gx-card-map");
  const line = element("span", "gx-card-line");
  const name = element("span", "gx-card-name");
  image.alt = "";
  image.hidden = true;
  map.width = table.about.columns;
  map.height = table.about.rows;
  picture.append(image, map);
  node.append(picture, line, name);
  let row = -1;
  node.addEventListener("click", () => open(row), { signal });
  return {
    element: node,
    picture,
    show: (now, url) => {
      if (image.getAttribute("src") !== url) {
        if (url) image.src = url;
        else image.removeAttribute("src");
        image.hidden = url === "";
      }
      if (row === now) return;
      row = now;
      line.textContent = texts.line(now);
      name.textContent = table.names[now] ?? "";
      node.title = `${name.textContent}\n${line.textContent}`;
      drawMap(map, table, now);
    },
  };
}

function drawMap(canvas: HTMLCanvasElement, table: Table, row: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const cells = canvas.width * canvas.height;
  const pixels = context.createImageData(canvas.width, canvas.height);
  for (let cell = 0; cell < cells; cell++) {
    const value = table.maps[row * cells + cell]!;
    const color = value > 0 ? SUPPORTS : AGAINST;
    pixels.data.set([...color, Math.round((255 * OPACITY * Math.abs(value)) / 127)], 4 * cell);
  }
  context.putImageData(pixels, 0, 0);
}
