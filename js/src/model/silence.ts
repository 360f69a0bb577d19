// A kernel that is lost without a sign, as in Colab: what was asked has no answer.

import type { Connection } from "./connection";
import type { ModelOf, Status } from "./widget_model";

/** Milliseconds until the kernel is asked whether it is there, and until that has no answer. */
const ASKED_AGAIN = 10_000;
const SILENT = 10_000;

/** The kernel's answer that it is there. */
const MESSAGE = "msg:custom";

/** A model that asks no lost kernel, and a connection that tells when `names` stay as they are. */
export function listening<T extends { status: Status }, C>(
  model: ModelOf<T, C | { type: "state" }>,
  names: readonly string[],
  connection: Connection,
  signal: AbortSignal,
): { model: ModelOf<T, C>; connection: Connection } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silent = false;
  let changed = () => {};

  const become = (value: boolean) => {
    clearTimeout(timer);
    timer = undefined;
    if (silent === value) return;
    silent = value;
    changed();
  };
  const heard = () => {
    become(false);
    awaitRun();
  };
  const askAgain = () => {
    timer = setTimeout(() => become(true), SILENT);
    model.send({ type: "state" });
  };
  const asked = () => {
    timer ??= setTimeout(askAgain, ASKED_AGAIN);
  };
  // A run tells each of its batches.
  const awaitRun = () => {
    if (there() && model.get("status") === "running") asked();
  };
  const there = () => connection.host() !== "gone";

  const events = [MESSAGE, ...names.map((name) => `change:${name}`)];
  for (const event of events) model.on(event, heard);
  awaitRun();
  signal.addEventListener("abort", () => {
    clearTimeout(timer);
    for (const event of events) model.off(event, heard);
  });
  const asking: ModelOf<T, C> = Object.assign(Object.create(model), {
    save_changes() {
      if (!there()) return;
      model.save_changes();
      asked();
    },
    send(...message: Parameters<typeof model.send>) {
      if (!there()) return;
      model.send(...message);
      asked();
    },
  });
  const watch = (callback: () => void) => {
    changed = callback;
    connection.watch(callback);
  };
  return { model: asking, connection: { ...connection, watch, silent: () => silent } };
}
