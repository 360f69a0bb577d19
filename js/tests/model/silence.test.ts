import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { KERNEL_TRAITS } from "../../src/model/explorer_protocol";
import { listening } from "../../src/model/silence";
import { fakeConnection, StrictModel, traits } from "../support/explorer";

let kernels: StrictModel;
let connection: ReturnType<typeof fakeConnection>;
let controller: AbortController;
let heard: ReturnType<typeof listening<ReturnType<typeof traits>, { type: "start" }>>;
const changed = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  changed.mockReset();
  kernels = new StrictModel(traits({ status: "done" }));
  connection = fakeConnection();
  controller = new AbortController();
  heard = listening(kernels, KERNEL_TRAITS, connection, controller.signal);
  heard.connection.watch(changed);
});

afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

function ask(): void {
  heard.model.set("value", [[0, 0]]);
  heard.model.save_changes();
}

test("what is asked reaches the kernel", () => {
  ask();
  heard.model.send({ type: "start" });
  expect(kernels.saved).toEqual([{ value: [[0, 0]] }]);
  expect(kernels.sent).toEqual([{ type: "start" }]);
  expect(heard.model.get("value")).toEqual([[0, 0]]);
});

test.each([
  ["a selection", ask],
  ["a command", () => heard.model.send({ type: "start" })],
] as const)("%s that has no answer is told after twenty seconds", (_, question) => {
  question();
  vi.advanceTimersByTime(19_999);
  expect(heard.connection.silent()).toBe(false);
  expect(kernels.sent.at(-1)).toEqual({ type: "state" });
  vi.advanceTimersByTime(1);
  expect(heard.connection.silent()).toBe(true);
  expect(changed).toHaveBeenCalledOnce();
});

test.each([
  ["an answer", () => kernels.receive({ evidence: {} })],
  ["a word that it is there", () => kernels.emit("msg:custom", { type: "state" })],
] as const)("%s ends the waiting, and the silence", (_, answer) => {
  ask();
  vi.advanceTimersByTime(15_000);
  answer();
  vi.advanceTimersByTime(60_000);
  expect(heard.connection.silent()).toBe(false);
  ask();
  vi.advanceTimersByTime(20_000);
  expect(heard.connection.silent()).toBe(true);
  answer();
  expect(heard.connection.silent()).toBe(false);
  expect(changed).toHaveBeenCalledTimes(2);
});

test("who asks again and again waits no longer for that", () => {
  for (let second = 0; second < 20; second++) {
    ask();
    vi.advanceTimersByTime(1000);
  }
  expect(heard.connection.silent()).toBe(true);
});

test("without a question nothing is awaited", () => {
  heard.model.set("numbers", false);
  vi.advanceTimersByTime(60_000);
  expect(heard.connection.silent()).toBe(false);
  expect(kernels.sent).toEqual([]);
});

test("a run whose batches stay away is told, too", () => {
  kernels.receive({ status: "running", progress: {} });
  vi.advanceTimersByTime(9000);
  kernels.receive({ progress: {} });
  vi.advanceTimersByTime(19_999);
  expect(heard.connection.silent()).toBe(false);
  vi.advanceTimersByTime(1);
  expect(heard.connection.silent()).toBe(true);
  kernels.receive({ status: "done" });
  vi.advanceTimersByTime(60_000);
  expect(heard.connection.silent()).toBe(false);
});

test("a kernel that is gone is asked nothing", () => {
  connection.become("gone");
  ask();
  heard.model.send({ type: "start" });
  vi.advanceTimersByTime(60_000);
  expect([kernels.saved, kernels.sent]).toEqual([[], []]);
  expect(heard.connection.silent()).toBe(false);
});

test("after the end nothing is listened to or sent", () => {
  ask();
  controller.abort();
  vi.advanceTimersByTime(60_000);
  expect(kernels.sent).toEqual([]);
  expect(kernels.listening()).toBe(0);
});
