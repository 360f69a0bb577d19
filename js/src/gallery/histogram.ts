// A histogram whose range is brushed with the pointer, or set with two sliders.

import { element } from "../dom/element";
import type { Column } from "../model/gallery_protocol";
import { numberIn } from "./numbers";
import { counts, type Range } from "./table";

export const BINS = 24;
const HEIGHT = 44;
const STEPS = 200;

export function histogram(column: Column, signal: AbortSignal, chosen: (range: Range | null) => void) {
  const root = element("div", "gx-histogram");
  const title = element("div", "gx-histogram-title", column.title);
  const value = element("span", "gx-histogram-range");
  const chart = element("div", "gx-histogram-chart");
  const bars = Array.from({ length: BINS }, () => {
    const bar = element("span", "gx-bar");
    bar.append(element("span", "gx-bar-shown"));
    return bar;
  });
  const [from, to] = [slider(`${column.title}, from`), slider(`${column.title}, to`)] as const;
  title.append(value);
  chart.append(...bars);
  title.title = column.help;
  const ends = element("div", "gx-histogram-ends");
  ends.append(...[column.low, column.high].map((end) => element("span", "", numberIn(end, column.unit, 0))));
  root.append(title, chart, from, to, ends);
  let range: Range | null = null;

  const numberAt = (share: number) => column.low + share * (column.high - column.low);
  const shareOf = (number: number) => (number - column.low) / (column.high - column.low);
  const choose = (low: number, high: number) => {
    range = low <= 0 && high >= 1 ? null : [numberAt(low), numberAt(high)];
    show();
    chosen(range);
  };
  const slid = () => {
    const chosenEnds = [Number(from.value), Number(to.value)].map((step) => step / STEPS);
    choose(Math.min(...chosenEnds), Math.max(...chosenEnds));
  };
  from.addEventListener("input", slid, { signal });
  to.addEventListener("input", slid, { signal });

  let begun: number | null = null;
  const shareAt = (event: PointerEvent) => {
    const box = chart.getBoundingClientRect();
    return Math.min(1, Math.max(0, (event.clientX - box.left) / (box.width || 1)));
  };
  chart.addEventListener("pointerdown", (event) => {
    begun = shareAt(event);
    chart.setPointerCapture(event.pointerId);
  }, { signal });
  chart.addEventListener("pointermove", (event) => {
    if (begun === null) return;
    const now = shareAt(event);
    choose(Math.min(begun, now), Math.max(begun, now));
  }, { signal });
  chart.addEventListener("pointerup", (event) => {
    if (begun !== null && Math.abs(shareAt(event) - begun) < 0.01) choose(0, 1); // a click
    begun = null;
  }, { signal });

  const show = () => {
    const [low, high] = range ? range.map(shareOf) : [0, 1];
    from.value = String(Math.round(STEPS * low!));
    to.value = String(Math.round(STEPS * high!));
    value.textContent = range ? ` ${numberIn(range[0], column.unit, 0)} to ${numberIn(range[1], column.unit, 0)}` : "";
    root.classList.toggle("gx-brushed", range !== null);
    bars.forEach((bar, bin) => {
      const inside = (bin + 0.5) / BINS >= low! && (bin + 0.5) / BINS <= high!;
      bar.classList.toggle("gx-bar-out", !inside);
    });
  };

  /** Show all numbers, and before them those of the rows that the other filters let through. */
  const update = (numbers: Float32Array, all: number[], rows: number[], now: Range | null) => {
    range = now;
    const whole = counts(numbers, all, column.low, column.high, BINS);
    const shown = counts(numbers, rows, column.low, column.high, BINS);
    const most = Math.max(1, ...whole);
    bars.forEach((bar, bin) => {
      bar.style.height = `${(HEIGHT * whole[bin]!) / most}px`;
      (bar.firstChild as HTMLElement).style.height = whole[bin] ? `${(100 * shown[bin]!) / whole[bin]!}%` : "0";
    });
    show();
  };
  return { element: root, update };
}

function slider(label: string): HTMLInputElement {
  const input = element("input", "gx-histogram-slider");
  input.type = "range";
  input.min = "0";
  input.max = String(STEPS);
  input.setAttribute("aria-label", label);
  return input;
}
