// Thumbnails are asked for when they come into view, and before; the latest of them are kept.

import type { Model } from "../model/gallery_protocol";
import { dataUrl } from "./map_image";

const KEPT = 600;
/** As many as are read without delaying a frame; the others are asked for in the next frames. */
const MOST = 10;
const FRAME = 16;
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
  /** Ask for these rows, the first of them first. */
  want(rows: number[]): void;
  /** Called with each row whose thumbnail came. */
  arrived: (row: number) => void;
}

export function thumbnails(model: Model, signal: AbortSignal): Thumbnails {
  const known = new Map<number, string>();
  const asked = new Map<number, number>();
  let wanted: number[] = [];
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let soon = false;

  const ask = () => {
    soon = false;
    const now = performance.now();
    const lacking = wanted.filter((row) => !known.has(row));
    const due = lacking.filter((row) => now - (asked.get(row) ?? -AGAIN) >= AGAIN);
    const rows = due.slice(0, MOST);
    if (rows.length > 0) {
      for (const row of rows) asked.set(row, now);
      model.send({ type: "thumbnails", rows });
    }
    if (due.length > MOST) askIn(FRAME);
    else if (lacking.length > 0 && tries++ < TRIES) timer = setTimeout(ask, AGAIN);
  };
  const askIn = (milliseconds: number) => {
    if (soon) return;
    clearTimeout(timer);
    soon = true;
    timer = setTimeout(ask, milliseconds);
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
    want: (rows) => {
      wanted = rows;
      tries = 0;
      askIn(0);
    },
  };
  return found;
}
