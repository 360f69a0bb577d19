import { describe, expect, test } from "vitest";
import { History } from "../../src/explorer/history";
import type { Cell, GridShape } from "../../src/model/widget_model";

const GRID: GridShape = { rows: 2, columns: 200, height: 20, width: 400 };

describe("the history", () => {
  const past = (column: number, keep = false) => ({ value: [[0, column]] as Cell[], keep, grid: GRID });

  test("goes back one selection at a time, and ends", () => {
    const history = new History();
    history.push(past(1));
    history.push(past(2, true));
    expect([history.undo(GRID), history.undo(GRID), history.undo(GRID)]).toEqual([past(2, true), past(1), null]);
  });

  test("holds what is pushed twice once, but tells keeping from hiding", () => {
    const history = new History();
    history.push(past(1));
    history.push(past(1));
    history.push(past(1, true));
    expect([history.undo(GRID), history.undo(GRID), history.undo(GRID)]).toEqual([past(1, true), past(1), null]);
  });

  test("forgets the oldest beyond a hundred", () => {
    const history = new History();
    for (let column = 0; column < 103; column++) history.push(past(column));
    const all = [];
    for (let entry = history.undo(GRID); entry; entry = history.undo(GRID)) all.push(entry);
    expect(all).toHaveLength(100);
    expect(all.at(-1)).toEqual(past(3));
  });

  test("gives back the same pixels on another grid, kept as they were", () => {
    const history = new History();
    history.push({ value: [[0, 1]], keep: true, grid: { ...GRID, columns: 2 } });
    const now = { ...GRID, columns: 4 };
    expect(history.undo(now)).toEqual({ value: [[0, 2], [0, 3]], keep: true, grid: now });
  });

  test("tells one selection from the same cells of another grid", () => {
    const history = new History();
    history.push(past(1));
    history.push({ ...past(1), grid: { ...GRID, rows: 4 } });
    expect(history.undo(GRID)).not.toBeNull();
    expect(history.any()).toBe(true);
  });

  test.each([[null, GRID], [GRID, null]])("gives back the cells as they were where a grid is not known", (of, now) => {
    const history = new History();
    const entry = { ...past(1), grid: of };
    history.push(entry);
    expect(history.undo(now)).toEqual(entry);
  });

  test("forgets all when told to", () => {
    const history = new History();
    history.push(past(1));
    history.forget();
    expect(history.undo(GRID)).toBeNull();
  });
});
