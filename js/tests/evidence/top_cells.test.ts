import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { nextPoint, topCellsControl, type TopCells } from "../../src/evidence/top_cells";
import type { Choose } from "../../src/grid/selector";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Cell, Host } from "../../src/model/widget_model";
import { fakeMedia } from "../support/browser";
import { bytesOf, scoresOf } from "../support/bytes";
import { find } from "../support/elements";
import { enter } from "../support/events";
import { curve, StrictModel, traits } from "../support/explorer";

// The drops of traits(): 0.5, −0.2, pending, 0, 0.06, 0.25; so the order of the cells is 0 5 4 3 1.
const TOP: Cell[] = [[0, 0], [1, 2], [1, 1], [1, 0], [0, 1]];
/** More than a step of the player. */
const LONG = 1000;

/** Cells as a value has them: row by row. */
const top = (k: number): Cell[] => TOP.slice(0, k).sort(([r, c], [s, d]) => r - s || c - d);

let controller: AbortController;
let model: StrictModel;
let view: TopCells;
let host: Host;
const choose = vi.fn<Choose>();

beforeEach(() => {
  vi.useFakeTimers();
  fakeMedia();
  controller = new AbortController();
  host = "kernel";
});

afterEach(() => {
  controller.abort();
  vi.useRealTimers();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ status: "done", ...changes }));
  choose.mockReset();
  choose.mockImplementation((value, keep) => receive({ value, keep }));
  view = topCellsControl(model, controller.signal, () => host, choose);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

const range = () => find<HTMLInputElement>(view.element, "input");
const play = () => find<HTMLButtonElement>(view.element, ".gx-play");
const said = () => find(view.element, ".gx-value").textContent;
const curveChart = () => find(view.element, ".gx-chart");
/** The answer changes nowhere: a player goes to the end. */
const STEADY = { changes: { deletion: null, insertion: null } };
const values = () => choose.mock.calls.map(([value]) => value.length);
const remembered = () => choose.mock.calls.map(([, , remember]) => remember);
const step = () => vi.advanceTimersToNextTimer();

const slide = (...counts: number[]) => enter(range(), ...counts);

const letGo = () => range().dispatchEvent(new Event("change"));

describe("the slider", () => {
  test("goes from no cell to all that are scored", () => {
    show();
    expect([range().min, range().max, range().step]).toEqual(["0", "5", "1"]);
  });

  test("is what its label names, and is not read out while it is played", () => {
    show();
    expect(find<HTMLLabelElement>(view.element, "label").control).toBe(range());
    expect(view.element.querySelector("output, [aria-live], [role=status]")).toBeNull();
  });

  test("hides the cells with the largest drops, and sends the value row by row", () => {
    show();
    slide(3);
    expect(choose.mock.calls).toEqual([[top(3), false, true]]);
    expect(top(3)).toEqual([[0, 0], [1, 1], [1, 2]]);
    expect(model.sent).toEqual([]);
  });

  test("keeps them where the others are hidden", () => {
    show({ keep: true });
    slide(2);
    expect(choose.mock.calls).toEqual([[top(2), true, true]]);
  });

  test("follows what is selected", () => {
    show();
    receive({ value: top(4) });
    expect(range().value).toBe("4");
  });

  test("is one step to undo from its start to its end", () => {
    show();
    slide(1, 2, 3);
    letGo();
    slide(4, 5);
    letGo();
    expect(values()).toEqual([1, 2, 3, 4, 5]);
    expect(remembered()).toEqual([true, false, false, true, false]);
  });

  test("follows another order of the cells", () => {
    show();
    receive({ scores: scoresOf(0, 0.9, NaN, 0, 0, 0) });
    slide(1);
    expect(choose.mock.lastCall?.[0]).toEqual([[0, 1]]);
  });

  test("has nothing to move before a cell is scored", () => {
    show({ scores: scoresOf(NaN, NaN, Infinity, NaN, NaN, NaN) });
    expect(range().disabled).toBe(true);
  });

  test("chooses nothing before there is a grid", () => {
    show({ grid: {} });
    slide(1);
    expect(choose).not.toHaveBeenCalled();
  });
});

describe("what is selected is told as", () => {
  test.each([
    [[], false, "none selected"],
    [top(1), false, "1 of 5 hidden"],
    [top(5), false, "5 of 5 hidden"],
    [top(2), true, "2 of 5 kept"],
    [[[0, 1]], false, "others are selected"],
    [[...top(2), [0, 2]], false, "others are selected"],
    // Row by row or not, it is the same set.
    [[[1, 2], [0, 0]], false, "2 of 5 hidden"],
  ] as [Cell[], boolean, string][])("%j, kept: %s, “%s”", (value, keep, text) => {
    show({ value, keep });
    expect(said()).toBe(text);
    expect(range().getAttribute("aria-valuetext")).toBe(text);
  });
});

describe("the next point of the curve", () => {
  const partly = curve({
    counts: [0, 2, 4, 6],
    deletion: [0.75, 0.5, null, null],
    insertion: [0.05, null, 0.6, null],
  });

  test.each([
    ["is the one after a point", 0, false, { count: 2, known: true }],
    ["is the one after a count between two points", 1, false, { count: 2, known: true }],
    ["is of the insertion curve where cells are kept", 3, true, { count: 4, known: true }],
    ["is none where the curve has ended early", 2, false, null],
    ["is none at the end", 6, false, null],
    ["is none beyond it", 9, false, null],
  ] as const)("%s", (_, k, keep, point) => {
    expect(nextPoint(partly, k, keep)).toEqual(point);
  });

  test("is waited for while the curve is running", () => {
    expect(nextPoint({ ...partly, running: true }, 2, false)).toEqual({ count: 4, known: false });
  });
});

describe("Play", () => {
  test("asks for the curve once, and begins with nothing hidden", () => {
    show({ value: [[0, 1]] });
    play().click();
    expect(model.sent).toEqual([{ type: "play" }]);
    expect(choose.mock.calls).toEqual([[[], false, true]]);
    expect(play().textContent).toBe("Pause");
  });

  test("waits for a slow kernel, then goes from point to point to the end", () => {
    show();
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(play().textContent).toBe("Pause");
    receive({ curve: curve(STEADY) });
    for (let k = 1; k <= 5; k++) {
      step();
      expect(model.get("value")).toEqual(top(k));
    }
    step();
    expect(play().textContent).toBe("Play");
    expect(vi.getTimerCount()).toBe(0);
    expect(model.sent).toHaveLength(1);
  });

  test("goes no further than what is known", () => {
    show();
    play().click();
    const known = [0.75, 0.25, 0.1, null, null, null];
    receive({ curve: curve({ ...STEADY, deletion: known, running: true }) });
    vi.advanceTimersByTime(LONG);
    expect(values().at(-1)).toBe(2);
    expect(play().textContent).toBe("Pause");
    receive({ curve: curve(STEADY) });
    vi.advanceTimersByTime(LONG);
    expect(Math.max(...values())).toBe(5);
  });

  test("steps over the cells between two points", () => {
    show({ curve: curve({ ...STEADY, counts: [0, 2, 5], deletion: [0.75, 0.1, 0.3], insertion: [0, 0, 1] }) });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 2, 5, 0]);
  });

  test("keeps what it plays where the others are hidden", () => {
    show({ keep: true, curve: curve() });
    play().click();
    step();
    expect(choose.mock.lastCall).toEqual([top(1), true, false]);
  });

  test("is one step to undo", () => {
    show({ curve: curve(STEADY) });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(remembered()).toEqual([true, ...Array(6).fill(false)]);
  });

  test("stops where the answer changes, and goes on from there", () => {
    show({ curve: curve({ changes: { deletion: 2, insertion: 4 } }), value: [[0, 1]] });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1, 2]);
    expect([play().textContent, vi.getTimerCount()]).toEqual(["Play", 0]);
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(Math.max(...values())).toBe(5);
  });

  test("of cells that are kept stops where the answer is there", () => {
    show({ keep: true, curve: curve({ changes: { deletion: 2, insertion: 3 } }) });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1, 2, 3]);
  });

  test("waits where the answer's change is not known yet, and stops once it is passed", () => {
    show();
    play().click();
    const known = [0.75, 0.25, null, null, null, null];
    receive({ curve: curve({ ...STEADY, deletion: known, running: true }) });
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1]);
    receive({ curve: curve({ changes: { deletion: 2, insertion: null } }) });
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1, 2]);
  });

  test("gives the selection back where the answer never changes", () => {
    show({ curve: curve(STEADY), value: [[0, 1]] });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1, 2, 3, 4, 5, 1]);
    expect(choose.mock.lastCall).toEqual([[[0, 1]], false, false]);
    expect(play().textContent).toBe("Play");
  });

  test("asks no more for a curve that is known, and plays it again from its start", () => {
    show({ curve: curve(STEADY), value: top(5) });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(model.sent).toEqual([]);
    expect(values()).toEqual([0, 1, 2, 3, 4, 5, 5]);
  });

  test("goes on from where it was paused", () => {
    show({ curve: curve(STEADY) });
    play().click();
    step();
    step();
    play().click();
    expect(play().textContent).toBe("Play");
    vi.advanceTimersByTime(LONG);
    expect(values()).toEqual([0, 1, 2]);
    play().click();
    step();
    expect(values()).toEqual([0, 1, 2, 3]);
  });

  test("asks no more for a curve that is on its way", () => {
    show();
    play().click();
    receive({ curve: curve({ ...STEADY, deletion: [0.75, 0.25, null, null, null, null], running: true }) });
    step();
    play().click();
    play().click();
    receive({ curve: curve(STEADY) });
    vi.advanceTimersByTime(LONG);
    expect(model.sent).toEqual([{ type: "play" }]);
    expect(values().slice(0, 6)).toEqual([0, 1, 2, 3, 4, 5]);
  });

  test("asks again for a curve that was cut short", () => {
    const cut = curve({ ...STEADY, deletion: [0.75, 0.25, 0.1, null, null, null] });
    show({ curve: cut });
    play().click();
    expect(model.sent).toEqual([{ type: "play" }]);
    vi.advanceTimersByTime(LONG);
    expect(play().textContent).toBe("Pause");
    receive({ curve: { ...cut, running: true } });
    step();
    expect(values()).toEqual([0, 1]);
  });
});

describe("Play pauses", () => {
  const playing = (changes: Partial<Traits> = {}) => {
    show({ curve: curve(STEADY), ...changes });
    play().click();
    step();
    expect(values()).toEqual([0, 1]);
    expect(play().textContent).toBe("Pause");
  };
  const isPaused = () => {
    vi.advanceTimersByTime(LONG);
    return play().textContent === "Play" && vi.getTimerCount() === 0;
  };

  test("when the slider is moved, which goes where it is put", () => {
    playing();
    slide(4);
    expect(isPaused()).toBe(true);
    expect(values()).toEqual([0, 1, 4]);
    expect(remembered().at(-1)).toBe(true);
  });

  test("when another cell is selected, which stays", () => {
    playing();
    receive({ value: [[0, 2]] });
    expect(isPaused()).toBe(true);
    expect(model.get("value")).toEqual([[0, 2]]);
    expect(values()).toEqual([0, 1]);
  });

  test("when another grid comes, whose selection stays", () => {
    playing({ value: [[1, 2]] });
    const grid = { rows: 1, columns: 2, height: 5, width: 7 };
    receive({ grid, scores: scoresOf(2, 1), value: [[0, 0]], curve: {} });
    expect(isPaused()).toBe(true);
    expect(model.get("value")).toEqual([[0, 0]]);
    expect(values()).toEqual([0, 1]);
  });

  test("when another picture comes, of which no cell is selected", () => {
    playing();
    receive({ picture: bytesOf(9), value: [], curve: {}, scores: scoresOf(NaN, NaN, NaN, NaN, NaN, NaN) });
    receive({ curve: curve(), scores: scoresOf(6, 5, 4, 3, 2, 1) });
    expect(isPaused()).toBe(true);
    expect(values()).toEqual([0, 1]);
    expect(model.get("value")).toEqual([]);
    expect(model.sent).toEqual([]);
  });

  test("when another picture comes before the curve does", () => {
    show();
    play().click();
    receive({ picture: bytesOf(9), scores: scoresOf(6, 5, 4, 3, 2, 1) });
    receive({ curve: curve() });
    expect(isPaused()).toBe(true);
    expect(model.get("value")).toEqual([]);
  });

  test("for a while, and the other picture can be played", () => {
    playing();
    receive({ picture: bytesOf(9), value: [], curve: {} });
    expect(isPaused()).toBe(true);
    receive({ curve: curve() });
    play().click();
    step();
    expect(model.get("value")).toEqual(top(1));
  });

  test("when the curve is gone, as with another target", () => {
    show();
    play().click();
    receive({ curve: curve() });
    step();
    receive({ curve: {} });
    expect(isPaused()).toBe(true);
  });

  test("when the kernel refuses", () => {
    show({ error: "Something earlier.", value: [[0, 1]] });
    play().click();
    vi.advanceTimersByTime(LONG);
    expect(play().textContent).toBe("Pause");
    receive({ error: "RuntimeError: no" });
    expect(isPaused()).toBe(true);
    expect(model.get("value")).toEqual([[0, 1]]);
  });

  test("when the kernel is gone before it answers", () => {
    show();
    play().click();
    host = "gone";
    view.update();
    expect(play().disabled).toBe(false);
    expect(isPaused()).toBe(true);
    expect(play().disabled).toBe(true);
  });

  test("when the view ends", () => {
    playing();
    controller.abort();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("with reduced motion", () => {
  beforeEach(() => {
    fakeMedia("(prefers-reduced-motion: reduce)");
  });

  test("the curve is asked for and drawn, and nothing moves", () => {
    show();
    play().click();
    receive({ curve: curve() });
    vi.advanceTimersByTime(LONG);
    expect(model.sent).toEqual([{ type: "play" }]);
    expect(choose).not.toHaveBeenCalled();
    expect(curveChart().hidden).toBe(false);
  });

  test("there is nothing to play once it is drawn", () => {
    show({ curve: curve() });
    expect(play().disabled).toBe(true);
    expect(play().title).not.toContain("Available once every cell is scored");
  });

  test("the slider moves", () => {
    show({ curve: curve() });
    slide(2);
    expect(values()).toEqual([2]);
  });
});

describe("the chart", () => {
  test("is hidden until there is a curve", () => {
    show();
    expect(curveChart().hidden).toBe(true);
    receive({ curve: curve() });
    expect(curveChart().hidden).toBe(false);
  });

  test("names the target", () => {
    show({ curve: curve() });
    expect(curveChart().textContent).toContain("Probability of “dog”");
    expect(curveChart().textContent).toContain("5 cells");
  });

  test("says the probability where the slider is", () => {
    show({ curve: curve(), value: top(1) });
    expect(curveChart().textContent).toContain("hidden 25.0%");
    slide(2);
    expect(curveChart().textContent).toContain("hidden 10.0%");
  });
});

describe("what can be used", () => {
  test.each([
    ["running", true],
    ["stopped", true],
    ["error", true],
    ["done", false],
  ] as const)("while the run is %s, Play is disabled: %s", (status, disabled) => {
    show({ status });
    expect(play().disabled).toBe(disabled);
    expect(play().title === "Available once every cell is scored").toBe(disabled);
    expect(range().disabled).toBe(false);
  });

  test.each([
    ["kernel", { play: [false, false], range: false }],
    ["gone", { play: [true, false], range: true }],
    ["page", { play: [true, true], range: false }],
  ] as const)("with the host “%s”: %j", (next, expected) => {
    host = next;
    show();
    expect({ play: [play().disabled, play().hidden], range: range().disabled }).toEqual(expected);
    expect(play().title).toContain("one by one"); // every cell is scored
  });

  test("is told as Pause while it plays, whatever the run does", () => {
    show({ curve: curve() });
    play().click();
    receive({ status: "running" });
    expect([play().textContent, play().disabled]).toEqual(["Pause", false]);
    expect(play().title).toContain("one by one");
  });

  test("is not made anew while scores stream in, so that the focus stays", () => {
    show({ status: "running" });
    document.body.replaceChildren(view.element);
    range().focus();
    const before = [range(), play()];
    receive({ scores: scoresOf(1, 2, 3, 4, 5, 6), status: "done" });
    expect([range(), play()].every((node, i) => node === before[i])).toBe(true);
    expect(document.activeElement).toBe(range());
    expect(range().max).toBe("6");
  });
});

test("nothing is chosen or sent after the end", () => {
  show();
  controller.abort();
  slide(3);
  play().click();
  expect(choose).not.toHaveBeenCalled();
  expect(model.sent).toEqual([]);
});

describe("of two maps", () => {
  const together = scoresOf(0, 0.1, 0.2, 0.3, 0.4, 0.5);
  const both = { together, foretells: { shown: "together" } } as const;

  test("the one on the screen ranks the cells", () => {
    show(both);
    slide(2);
    expect(choose.mock.calls.at(-1)![0]).toEqual([[1, 1], [1, 2]]);
    receive({ map: "alone", value: [] });
    slide(2);
    expect(choose.mock.calls.at(-1)![0]).toEqual(top(2));
  });

  test("a curve is shown with the one that it follows", () => {
    show({ ...both, curve: curve({ map: "together" }) });
    expect(curveChart().closest<HTMLElement>("[hidden]")).toBeNull();
    receive({ map: "alone" });
    expect(curveChart().closest<HTMLElement>("[hidden]")).not.toBeNull();
  });
});
