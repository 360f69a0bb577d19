// Thumbnails are asked for when they come into view, and the latest of them kept.

import type { Model } from "../model/gallery_protocol";

const KEPT = 600;
/** Milliseconds: a fast scroll asks for what it ends at alone. */
const PATIENCE = 60;
/** Milliseconds until what had no answer is asked again, and how often: a message may be lost. */
const AGAIN = 3000;
const TRIES = 20;

interface Reply {
  type: "thumbnails";
  rows: number[];
}

export function thumbnails(model: Model, signal: AbortSignal, arrived: () => void) {
  const known = new Map<number, string>();
  const asked = new Map<number, number>();
  let wanted: number[] = [];
  let tries = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = () => {
    timer = undefined;
    const now = performance.now();
    const lacking = wanted.filter((row) => !known.has(row));
    const due = lacking.filter((row) => now - (asked.get(row) ?? -AGAIN) >= AGAIN);
    if (due.length > 0) {
      for (const row of due) asked.set(row, now);
      model.send({ type: "thumbnails", rows: due });
    }
    if (lacking.length > 0 && tries++ < TRIES) timer = setTimeout(ask, AGAIN);
  };
  const heard = (content?: unknown, buffers?: DataView[]) => {
    const reply = content as Reply;
    if (reply?.type !== "thumbnails" || !buffers) return;
    reply.rows.forEach((row, place) => {
      asked.delete(row);
      forget(known.get(row));
      known.delete(row);
      const bytes = buffers[place];
      const some = bytes !== undefined && bytes.byteLength > 0;
      known.set(row, some ? URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/jpeg" })) : "");
    });
    for (const row of known.keys()) {
      if (known.size <= KEPT) break;
      if (wanted.includes(row)) continue;
      forget(known.get(row));
      known.delete(row);
    }
    arrived();
  };
  model.on("msg:custom", heard);
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    model.off("msg:custom", heard);
    for (const url of known.values()) forget(url);
  });
  return {
    /** The address of a thumbnail; "" while it is not there. */
    of: (row: number) => known.get(row) ?? "",
    want: (rows: number[]) => {
      const same = rows.length === wanted.length && rows.every((row, place) => row === wanted[place]);
      if (same && timer !== undefined) return;
      wanted = rows;
      tries = 0;
      clearTimeout(timer);
      timer = setTimeout(ask, PATIENCE);
    },
  };
}

function forget(url: string | undefined): void {
  if (url) URL.revokeObjectURL(url);
}
