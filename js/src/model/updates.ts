// One update for all traits that a message changes.

import type { Connection } from "./connection";

interface Watched {
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** Update now, and once after changes of these traits or the host. */
export function updateOnChange(
  model: Watched,
  names: readonly string[],
  connection: Connection,
  signal: AbortSignal,
  update: () => void,
): void {
  let queued = false;
  const run = () => {
    queued = false;
    if (!signal.aborted) update();
  };
  const queue = () => {
    if (queued) return;
    queued = true;
    queueMicrotask(run);
  };
  connection.watch(queue);
  const events = names.map((name) => `change:${name}`);
  for (const event of events) model.on(event, queue);
  signal.addEventListener("abort", () => {
    for (const event of events) model.off(event, queue);
  });
  run();
}
