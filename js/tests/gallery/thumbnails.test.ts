import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { thumbnails } from "../../src/gallery/thumbnails";
import type { Command, Model, Traits } from "../../src/model/gallery_protocol";
import { StaticModel } from "../../src/model/static_model";
import type { Listener } from "../../src/model/widget_model";

class Kernel extends StaticModel<Traits, Command> {
  private readonly heard: Listener[] = [];

  override on(_: string, callback: Listener): void {
    this.heard.push(callback);
  }

  answer(rows: number[]): void {
    const buffers = rows.map(() => new DataView(new ArrayBuffer(3)));
    for (const listener of this.heard) listener({ type: "thumbnails", rows }, buffers);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

test("a thumbnail is asked for once, and again without an answer", () => {
  const kernel = new Kernel({} as Traits);
  const found = thumbnails(kernel as Model, new AbortController().signal);
  found.arrived = vi.fn();
  found.want([0, 1]);
  found.want([1, 2]);
  vi.advanceTimersByTime(100);
  found.want([2, 1]);
  vi.advanceTimersByTime(100);
  expect(kernel.sent).toEqual([{ type: "thumbnails", rows: [1, 2] }]);
  kernel.answer([1]);
  expect([found.of(1), found.of(2)]).toEqual(["data:image/jpeg;base64,AAAA", ""]);
  expect(found.arrived).toHaveBeenCalledExactlyOnceWith(1);
  vi.advanceTimersByTime(4000);
  expect(kernel.sent.at(-1)).toEqual({ type: "thumbnails", rows: [2] });
  kernel.answer([2]);
  const asked = kernel.sent.length;
  vi.advanceTimersByTime(60_000);
  expect(kernel.sent.length).toBe(asked);
});

test("many are asked for in several frames, and no more of them once others are wanted", () => {
  const kernel = new Kernel({} as Traits);
  const found = thumbnails(kernel as Model, new AbortController().signal);
  found.want(range(0, 50));
  vi.advanceTimersByTime(20);
  found.want(range(200, 215));
  vi.advanceTimersByTime(100);
  expect(kernel.sent).toEqual([[0, 10], [10, 20], [200, 210], [210, 215]].map(([from, to]) => (
    { type: "thumbnails", rows: range(from!, to!) }
  )));
});

test("a kernel that is gone is not asked for ever", () => {
  const kernel = new Kernel({} as Traits);
  thumbnails(kernel as Model, new AbortController().signal).want([0]);
  vi.advanceTimersByTime(600_000);
  expect(kernel.sent.length).toBeLessThan(25);
});
