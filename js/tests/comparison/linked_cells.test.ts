import { beforeEach, describe, expect, test, vi } from "vitest";
import { linkCells, type LinkedCells } from "../../src/comparison/linked_cells";
import { comparison, StrictComparison } from "../support/comparison";

const [one, other] = [{}, {}];
const changed = vi.fn();
let model: StrictComparison;
let linkedCells: LinkedCells<object>;

beforeEach(() => {
  changed.mockReset();
  model = new StrictComparison(comparison());
  linkedCells = linkCells<object>(model, () => model.save_changes(), changed);
});

describe("the cell that is pointed at", () => {
  test("is marked in every map", () => {
    linkedCells.hover(4);
    for (const map of [one, other]) expect(linkedCells.marksIn(map).hovered).toBe(4);
    expect(linkedCells.current()).toBe(4);
  });

  test("is drawn once, however often the pointer moves in it", () => {
    linkedCells.hover(4);
    linkedCells.hover(4);
    expect(changed).toHaveBeenCalledOnce();
  });

  test("is none of a smaller grid that comes", () => {
    linkedCells.hover(4);
    model.receive({ grid: { rows: 2, columns: 2, height: 5, width: 7 } });
    expect(linkedCells.marksIn(one).hovered).toBeNull();
    expect(linkedCells.current()).toBeNull();
  });
});

describe("the keyboard's cell", () => {
  test("is active in the map with the focus, and as if pointed at in the others", () => {
    linkedCells.showActive(one, true);
    linkedCells.move("right");
    expect(linkedCells.marksIn(one)).toMatchObject({ hovered: null, active: 1 });
    expect(linkedCells.marksIn(other)).toMatchObject({ hovered: 1, active: null });
  });

  test("is kept where the focus goes to another map", () => {
    linkedCells.showActive(one, true);
    linkedCells.move("last");
    linkedCells.showActive(other, true);
    linkedCells.showActive(one, false);
    expect(linkedCells.marksIn(other).active).toBe(5);
  });

  test("gives way to the pointer", () => {
    linkedCells.showActive(one, true);
    linkedCells.hover(3);
    expect(linkedCells.marksIn(other).hovered).toBe(3);
    expect(linkedCells.current()).toBe(3);
  });

  test("is marked no more when the focus, or its map, is gone", () => {
    linkedCells.showActive(one, true);
    linkedCells.showActive(one, false);
    expect(linkedCells.current()).toBeNull();
    linkedCells.showActive(one, true);
    linkedCells.forget(one);
    expect(linkedCells.current()).toBeNull();
  });

  test("is within a smaller grid that comes", () => {
    linkedCells.showActive(one, true);
    linkedCells.move("last");
    model.receive({ grid: { rows: 1, columns: 2, height: 5, width: 7 } });
    expect(linkedCells.active()).toBe(0);
    linkedCells.move("right");
    expect(linkedCells.active()).toBe(1);
  });
});

describe("the clicked cell", () => {
  test("is sent, and marked in every map", () => {
    linkedCells.pick(5);
    expect(model.saved).toEqual([{ value: [[1, 2]] }]);
    expect([...linkedCells.marksIn(other).selected]).toEqual([5]);
  });

  test("is what the numbers are of while nothing is pointed at", () => {
    linkedCells.pick(5);
    expect(linkedCells.current()).toBe(5);
    linkedCells.hover(0);
    expect(linkedCells.current()).toBe(0);
    linkedCells.hover(null);
    expect(linkedCells.current()).toBe(5);
  });

  test("is left by a second click", () => {
    linkedCells.pick(5);
    linkedCells.pick(5);
    expect(model.saved.at(-1)).toEqual({ value: [] });
  });

  test("is left by a key, which is another's where there is none", () => {
    linkedCells.pick(5);
    expect(linkedCells.clear()).toBe(true);
    expect(model.get("value")).toEqual([]);
    expect(linkedCells.clear()).toBe(false);
    expect(model.saved.length).toBe(2);
  });

  test("is none while there is no grid", () => {
    model.receive({ grid: {} });
    linkedCells.pick(0);
    expect(model.saved).toEqual([]);
  });
});
