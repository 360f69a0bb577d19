// Thumbnails are asked for when they come into view, and before; the latest of them are kept.

import type { Model } from "../model/gallery_protocol";
import { dataUrl } from "./map_image";

const KEPT = 600;
/** As many as a kernel sends in one message. */
const MOST = 500;
/** Milliseconds: a leap asks for what it ends at alone. */
const PATIENCE = 60;
/** Milliseconds until what had no answer is asked again, and how often: a message may be lost. */
const AGAIN = 3000;
const TRIES = 20;

interface Reply {
  type: "thumbnails";
  rows: number[];
}

export interface Thumbnails {
  /** The address of a thumbnail; "" while it is not there. */
  of(row: number): string;
  /** Ask for the rows in view, and for those that come next. */
  want(rows: number[], next: number[]): void;
  /** Called with each row whose thumbnail came. */
  arrived: (row: number) => void;
}

export function thumbnails(model: Model, signal: AbortSignal): Thumbnails {
  const known = new Map<number, string>();
  const asked = new Map<number, number>();
  let inView: number[] = [];
  let wanted: number[] = [];
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let soon = false;

  const ask = () => {
    soon = false;
    const now = performance.now();
    const lacking = wanted.filter((row) => !known.has(row));
    const due = lacking.filter((row) => now - (asked.get(row) ?? -AGAIN) >= AGAIN).slice(0, MOST);
    if (due.length > 0) {
      for (const row of due) asked.set(row, now);
      model.send({ type: "thumbnails", rows: due });
    }
    if (lacking.length > 0 && tries++ < TRIES) timer = setTimeout(ask, AGAIN);
  };
  const keep = (row: number, bytes: DataView | undefined) => {
    asked.delete(row);
    known.delete(row);
    known.set(row, bytes?.byteLength ? dataUrl("image/jpeg", new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)) : "");
    found.arrived(row);
  };
  const heard = (content?: unknown, buffers?: DataView[]) => {
    const reply = content as Reply;
    if (reply?.type !== "thumbnails" || !buffers) return;
    reply.rows.forEach((row, place) => keep(row, buffers[place]));
    for (const row of known.keys()) {
      if (known.size <= KEPT) break;
      if (!wanted.includes(row)) known.delete(row);
    }
  };
  model.on("msg:custom", heard);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    model.off("msg:custom", heard);
  });
  const found: Thumbnails = {
    arrived: () => undefined,
    of: (row) => known.get(row) ?? "",
    want: (rows, next) => {
      const before = new Set(inView);
      const leap = rows.filter((row) => before.has(row)).length < rows.length / 2;
      [inView, wanted] = [rows, leap ? rows : [...rows, ...next]];
      tries = 0;
      if (soon && !leap) return;
      clearTimeout(timer);
      soon = true;
      timer = setTimeout(ask, PATIENCE);
    },
  };
  return found;
}
