import { beforeEach, describe, expect, test, vi } from "vitest";
import { cellSelector, type Choose, type CellSelector } from "../../src/grid/selector";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Cell } from "../../src/model/widget_model";
import { bytesOf } from "../support/bytes";
import { StrictModel, traits } from "../support/explorer";

// 0 1 2
// 3 4 5
let model: StrictModel;
let cells: CellSelector;
const choose = vi.fn<Choose>();
const [PLAIN, SHIFT, CTRL] = [
  { extend: false, toggle: false },
  { extend: true, toggle: false },
  { extend: false, toggle: true },
];

function begin(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  choose.mockReset();
  choose.mockImplementation((value, keep) => {
    model.set("value", value);
    model.set("keep", keep);
    cells.follow();
  });
  cells = cellSelector(model, choose);
  cells.follow();
}

beforeEach(() => begin());

const receive = (changes: Partial<Traits>) => {
  model.receive(changes);
  cells.follow();
};
const chosen = () => choose.mock.calls.map(([value]) => value);

describe("what is chosen", () => {
  test("is the value of the cells, and shown", () => {
    cells.click(4, PLAIN);
    expect(choose.mock.calls).toEqual([[[[1, 1]], false]]);
    expect(cells.shown()).toEqual(new Set([4]));
  });

  test("extends from the cell that was clicked last, again and again", () => {
    cells.click(0, PLAIN);
    cells.click(4, SHIFT);
    cells.click(1, SHIFT);
    const value: Cell[] = [
      [0, 0],
      [0, 1],
    ];
    expect(chosen().at(-1)).toEqual(value);
  });

  test("keeps what is kept, until nothing is selected", () => {
    begin({ value: [[0, 0]], keep: true });
    cells.click(1, CTRL);
    cells.clear();
    expect(choose.mock.calls.map(([value, keep]) => [value.length, keep])).toEqual([
      [2, true],
      [0, false],
    ]);
  });

  test("is not chosen again when it is the same", () => {
    begin({ value: [[0, 0]] });
    cells.click(0, SHIFT);
    expect(choose).not.toHaveBeenCalled();
  });

  test("is everything, and nothing", () => {
    cells.all();
    expect(chosen()[0]).toHaveLength(6);
    expect(cells.clear()).toBe(true);
    expect(cells.clear()).toBe(false);
    expect(chosen()).toHaveLength(2);
  });
});

describe("a grid that is not the one asked for", () => {
  test("is not selected on", () => {
    begin({ grid_size: 4 });
    cells.click(4, PLAIN);
    cells.goTo(5, true);
    cells.drag(0, 4, PLAIN);
    cells.drop();
    cells.all();
    expect(choose).not.toHaveBeenCalled();
  });

  test("is asked for, and the last choice made on it if it is the kernel's after all", () => {
    begin({ grid_size: 4 });
    cells.click(0, PLAIN);
    cells.click(4, PLAIN);
    expect(model.sent).toEqual([{ type: "state" }, { type: "state" }]);
    receive({ grid_size: [2, 3] });
    expect(chosen()).toEqual([[[1, 1]]]);
    receive({ scores: bytesOf() });
    expect(chosen()).toHaveLength(1);
  });

  test("loses what was chosen on it when another one comes", () => {
    begin({ grid_size: 1 });
    cells.click(4, PLAIN);
    receive({ grid: { rows: 1, columns: 1, height: 5, width: 7 } });
    expect(choose).not.toHaveBeenCalled();
  });

  test("nor is none at all", () => {
    begin({ grid: {} });
    cells.click(0, PLAIN);
    cells.drag(0, 0, PLAIN);
    cells.drop();
    cells.all();
    expect(choose).not.toHaveBeenCalled();
  });
});

describe("a drag", () => {
  test("shows what it would select, and sends it once it is dropped", () => {
    cells.drag(0, 1, PLAIN);
    cells.drag(0, 4, PLAIN);
    expect(cells.dragging()).toBe(true);
    expect(cells.shown()).toEqual(new Set([0, 1, 3, 4]));
    expect(choose).not.toHaveBeenCalled();
    cells.drop();
    expect(cells.dragging()).toBe(false);
    expect(chosen()).toHaveLength(1);
    expect(cells.shown()).toEqual(new Set([0, 1, 3, 4]));
  });

  test("with Ctrl adds to what is selected", () => {
    begin({ value: [[1, 2]] });
    cells.drag(0, 1, CTRL);
    expect(cells.shown()).toEqual(new Set([0, 1, 5]));
  });

  test("with Shift extends from the anchor", () => {
    cells.click(3, PLAIN);
    cells.drag(1, 1, SHIFT);
    expect(cells.shown()).toEqual(new Set([0, 1, 3, 4]));
  });

  test("that is abandoned leaves the selection as it was", () => {
    begin({ value: [[1, 2]] });
    cells.drag(0, 1, PLAIN);
    cells.abandon();
    cells.drop();
    expect(cells.shown()).toEqual(new Set([5]));
    expect(choose).not.toHaveBeenCalled();
  });

  test("ends with its grid", () => {
    cells.drag(0, 5, PLAIN);
    receive({ grid: { rows: 1, columns: 2, height: 5, width: 7 }, grid_size: [1, 2] });
    cells.drop();
    expect(choose).not.toHaveBeenCalled();
  });
});

describe("the active cell", () => {
  test("is the first one, then where the user goes, clicks or drags", () => {
    expect(cells.active()).toBe(0);
    cells.goTo(2, false);
    expect(cells.active()).toBe(2);
    cells.click(4, PLAIN);
    expect(cells.active()).toBe(4);
    cells.drag(0, 5, PLAIN);
    expect(cells.active()).toBe(5);
  });

  test("moves without selecting, and extends from where it was", () => {
    cells.goTo(4, false);
    expect(choose).not.toHaveBeenCalled();
    cells.goTo(5, true);
    cells.goTo(2, true);
    expect(chosen()).toEqual([
      [
        [1, 1],
        [1, 2],
      ],
      [
        [0, 1],
        [0, 2],
        [1, 1],
        [1, 2],
      ],
    ]);
  });

  test("goes to what is selected elsewhere, and extends from there", () => {
    receive({ value: [[1, 1], [1, 2]] });
    expect(cells.active()).toBe(4);
    cells.goTo(3, true);
    expect(chosen()).toEqual([
      [
        [1, 0],
        [1, 1],
      ],
    ]);
  });

  test("stays on a cell that is taken out of the selection", () => {
    cells.click(0, PLAIN);
    cells.click(5, CTRL);
    cells.click(5, CTRL);
    expect(cells.active()).toBe(5);
  });

  test("begins anew on another grid", () => {
    cells.goTo(5, false);
    receive({ grid: { rows: 1, columns: 2, height: 5, width: 7 } });
    expect(cells.active()).toBe(0);
  });
});

test("an equal value that comes back keeps the set of cells that is shown", () => {
  cells.click(4, PLAIN);
  const before = cells.shown();
  receive({ value: [[1, 1]] });
  expect(cells.shown()).toBe(before);
});
