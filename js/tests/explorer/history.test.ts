import { describe, expect, test } from "vitest";
import { History } from "../../src/explorer/history";
import type { Cell } from "../../src/model/widget_model";

describe("the history", () => {
  const past = (column: number, keep = false) => ({ value: [[0, column]] as Cell[], keep });

  test("goes back one selection at a time, and ends", () => {
    const history = new History();
    history.push(past(1));
    history.push(past(2, true));
    expect([history.undo(), history.undo(), history.undo()]).toEqual([past(2, true), past(1), null]);
  });

  test("holds what is pushed twice once, but tells keeping from hiding", () => {
    const history = new History();
    history.push(past(1));
    history.push(past(1));
    history.push(past(1, true));
    expect([history.undo(), history.undo(), history.undo()]).toEqual([past(1, true), past(1), null]);
  });

  test("forgets the oldest beyond a hundred", () => {
    const history = new History();
    for (let column = 0; column < 103; column++) history.push(past(column));
    const all = [];
    for (let entry = history.undo(); entry; entry = history.undo()) all.push(entry);
    expect(all).toHaveLength(100);
    expect(all.at(-1)).toEqual(past(3));
  });

  test("forgets all when told to", () => {
    const history = new History();
    history.push(past(1));
    history.forget();
    expect(history.undo()).toBeNull();
  });
});
