// Thumbnails are asked for when they come into view, and the latest of them kept.

import type { Model } from "../model/gallery_protocol";

const KEPT = 600;
/** Milliseconds: a fast scroll asks for what it ends at alone. */
const PATIENCE = 60;

interface Reply {
  type: "thumbnails";
  rows: number[];
}

export function thumbnails(model: Model, signal: AbortSignal, arrived: () => void) {
  const known = new Map<number, string>();
  const asked = new Set<number>();
  let wanted: number[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;

  const ask = () => {
    timer = undefined;
    const rows = wanted.filter((row) => !known.has(row) && !asked.has(row));
    if (rows.length === 0) return;
    for (const row of rows) asked.add(row);
    model.send({ type: "thumbnails", rows });
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
      wanted = rows;
      timer ??= setTimeout(ask, PATIENCE);
    },
  };
}

function forget(url: string | undefined): void {
  if (url) URL.revokeObjectURL(url);
}
