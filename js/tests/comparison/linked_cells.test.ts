import { beforeEach, describe, expect, test, vi } from "vitest";
import { linkedCells, type Linked } from "../../src/comparison/linked_cells";
import { comparison, StrictComparison } from "../support/comparison";

const [one, other] = [{}, {}];
const changed = vi.fn();
let model: StrictComparison;
let linked: Linked<object>;

beforeEach(() => {
  changed.mockReset();
  model = new StrictComparison(comparison());
  linked = linkedCells<object>(model, () => model.save_changes(), changed);
});

describe("the cell that is pointed at", () => {
  test("is marked in every map", () => {
    linked.hover(4);
    for (const map of [one, other]) expect(linked.marksIn(map).hovered).toBe(4);
    expect(linked.current()).toBe(4);
  });

  test("is drawn once, however often the pointer moves in it", () => {
    linked.hover(4);
    linked.hover(4);
    expect(changed).toHaveBeenCalledOnce();
  });

  test("is none of a smaller grid that comes", () => {
    linked.hover(4);
    model.receive({ grid: { rows: 2, columns: 2, height: 5, width: 7 } });
    expect(linked.marksIn(one).hovered).toBeNull();
    expect(linked.current()).toBeNull();
  });
});

describe("the keyboard's cell", () => {
  test("is active in the map with the focus, and as if pointed at in the others", () => {
    linked.lead(one, true);
    linked.move("right");
    expect(linked.marksIn(one)).toMatchObject({ hovered: null, active: 1 });
    expect(linked.marksIn(other)).toMatchObject({ hovered: 1, active: null });
  });

  test("is kept where the focus goes to another map", () => {
    linked.lead(one, true);
    linked.move("last");
    linked.lead(other, true);
    linked.lead(one, false);
    expect(linked.marksIn(other).active).toBe(5);
  });

  test("gives way to the pointer", () => {
    linked.lead(one, true);
    linked.hover(3);
    expect(linked.marksIn(other).hovered).toBe(3);
    expect(linked.current()).toBe(3);
  });

  test("is marked no more when the focus, or its map, is gone", () => {
    linked.lead(one, true);
    linked.lead(one, false);
    expect(linked.current()).toBeNull();
    linked.lead(one, true);
    linked.forget(one);
    expect(linked.current()).toBeNull();
  });

  test("is within a smaller grid that comes", () => {
    linked.lead(one, true);
    linked.move("last");
    model.receive({ grid: { rows: 1, columns: 2, height: 5, width: 7 } });
    expect(linked.active()).toBe(0);
    linked.move("right");
    expect(linked.active()).toBe(1);
  });
});

describe("the clicked cell", () => {
  test("is sent, and marked in every map", () => {
    linked.pick(5);
    expect(model.saved).toEqual([{ value: [[1, 2]] }]);
    expect([...linked.marksIn(other).selected]).toEqual([5]);
  });

  test("is what the numbers are of while nothing is pointed at", () => {
    linked.pick(5);
    expect(linked.current()).toBe(5);
    linked.hover(0);
    expect(linked.current()).toBe(0);
    linked.hover(null);
    expect(linked.current()).toBe(5);
  });

  test("is left by a second click", () => {
    linked.pick(5);
    linked.pick(5);
    expect(model.saved.at(-1)).toEqual({ value: [] });
  });

  test("is left by a key, which is another's where there is none", () => {
    linked.pick(5);
    expect(linked.clear()).toBe(true);
    expect(model.get("value")).toEqual([]);
    expect(linked.clear()).toBe(false);
    expect(model.saved.length).toBe(2);
  });

  test("is none while there is no grid", () => {
    model.receive({ grid: {} });
    linked.pick(0);
    expect(model.saved).toEqual([]);
  });
});
