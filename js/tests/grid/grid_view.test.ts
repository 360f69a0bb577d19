import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { gridView, type GridView } from "../../src/grid/grid_view";
import { paint, type Scene } from "../../src/grid/paint";
import { LONG_PRESS_MS } from "../../src/grid/pointer";
import type { Certainty, Traits } from "../../src/model/explorer_protocol";
import type { Cell } from "../../src/model/widget_model";
import { fakeCanvas, fakeFrames, fakePictures, fakeSizes } from "../support/browser";
import { bytesOf, scoresOf } from "../support/bytes";
import { find, settled, texts } from "../support/elements";
import { pointAt, pressKey } from "../support/events";
import { certainty, StrictModel, traits } from "../support/explorer";

// All files of a worker share their modules: load these anew, so that they get the spies.
vi.hoisted(() => vi.resetModules());
vi.mock("../../src/grid/paint", { spy: true });

let frames: ReturnType<typeof fakeFrames>;
let pictures: ReturnType<typeof fakePictures>;
let controller: AbortController;
let model: StrictModel;
let view: GridView;
let sure: Certainty | null;
const choose = vi.fn<(value: Cell[], keep: boolean) => void>();
const undo = vi.fn();

beforeEach(() => {
  sure = null;
  fakeCanvas();
  frames = fakeFrames();
  pictures = fakePictures();
  fakeSizes();
  vi.mocked(paint).mockReset();
  undo.mockReset();
  choose.mockReset();
  choose.mockImplementation((value, keep) => {
    model.set("value", value);
    model.set("keep", keep);
    view.update();
  });
  controller = new AbortController();
  return () => controller.abort();
});

function make(changes: Partial<Traits>): void {
  model = new StrictModel(traits(changes));
  view = gridView(model, controller.signal, choose, undo, () => sure);
  document.body.replaceChildren(view.element);
  view.update();
}

/** A view whose picture is loaded and drawn. */
async function show(changes: Partial<Traits> = {}): Promise<void> {
  make(changes);
  await settled();
  frames.run();
}

/** A message from the kernel, drawn. */
function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
  frames.run();
}

/** A pointer event at a fraction of the canvas, and the frame that it asks for. */
function point(type: string, x = 0, y = 0, options: PointerEventInit = {}): void {
  pointAt(view.canvas, type, x, y, options);
  frames.run();
}

function click(x: number, y: number, options: PointerEventInit = {}): void {
  point("pointerdown", x, y, options);
  point("pointerup", x, y, options);
}

function press(key: string, options: KeyboardEventInit = {}): void {
  pressKey(grid(), key, options);
  frames.run();
}

const grid = () => find(view.element, "[role=grid]");
const cell = () => find(view.element, "[role=gridcell]");
const scoresList = (...drops: number[]) => new Float32Array(drops);
const tip = () => find(view.element, ".gx-tip");
/** Place and numbers; "" of each while there is no cell. */
const told = () => texts(tip(), "span");
const NOTHING = ["", ""];
const values = () => choose.mock.calls.map(([value]) => value);
/** What the last frame shows. */
const scene = (): Scene => vi.mocked(paint).mock.lastCall![1];

describe("the picture", () => {
  test("gives the grid its shape", async () => {
    await show();
    expect(view.element.style.getPropertyValue("--gx-shape")).toBe("1.4");
  });

  test("is loaded once, however often the traits change", async () => {
    await show();
    receive({ scores: scoresOf(0, 0, 0, 0, 0, 0) });
    expect(pictures.create).toHaveBeenCalledOnce();
  });

  test("is another element when it is another one: what is drawn of the old is of no use", async () => {
    await show();
    const before = scene();
    receive({ picture: bytesOf(9) });
    await settled();
    frames.run();
    expect(scene().picture).not.toBe(before.picture);
    expect(scene().pale).not.toBe(before.pale);
  });

  test("is drawn as soon as it is decoded, and nothing before", async () => {
    make({});
    frames.run();
    expect(paint).not.toHaveBeenCalled();
    await settled();
    frames.run();
    expect(paint).toHaveBeenCalledOnce();
  });

  test("is not decoded before it has come", async () => {
    await show({ picture: bytesOf() });
    expect(pictures.create).not.toHaveBeenCalled();
    expect(paint).not.toHaveBeenCalled();
  });

  test("that cannot be decoded is said to be so, until another one can", async () => {
    pictures.decode.mockRejectedValueOnce(new Error("no PNG"));
    await show();
    expect([find(view.element, ".gx-error").hidden, find(view.element, ".gx-frame").hidden]).toEqual(
      [false, true],
    );
    receive({ picture: bytesOf(9) });
    await settled();
    expect([find(view.element, ".gx-error").hidden, find(view.element, ".gx-frame").hidden]).toEqual(
      [true, false],
    );
  });

  test("that is decoded after a newer one is not shown", async () => {
    let decoded = () => {};
    pictures.decode.mockReturnValueOnce(new Promise((done) => (decoded = done)));
    await show();
    receive({ picture: bytesOf(9) });
    await settled();
    frames.run();
    const newer = scene().picture;
    decoded();
    await settled();
    view.update();
    frames.run();
    expect(scene().picture).toBe(newer);
  });

  test("is drawn once for many changes in one frame", async () => {
    await show();
    view.update();
    view.update();
    expect(frames.run()).toBe(1);
  });

  test("is drawn again when its tab is seen again", async () => {
    await show();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(frames.run()).toBe(1);
  });

  test("is not read out, the grid is", async () => {
    await show();
    expect(view.canvas.getAttribute("aria-hidden")).toBe("true");
    expect(grid().contains(view.canvas)).toBe(true);
  });
});

describe("hover", () => {
  test("names the cell, what it speaks for, and tells what hiding it does to the probability", async () => {
    await show();
    expect(told()).toEqual(NOTHING);
    point("pointermove", 0.4, 0.1);
    expect(told()).toEqual(["Row 1, column 2 · speaks against dog", "+20.0 points (75.0% → 95.0%)"]);
    expect(scene().hovered).toBe(1);
    point("pointermove", 0.1, 0.1);
    expect(told()).toEqual(["Row 1, column 1 · speaks for dog", "−50.0 points (75.0% → 25.0%)"]);
    point("pointermove", 0.1, 0.9);
    expect(told()).toEqual(["Row 2, column 1", "0.0 points (75.0% → 75.0%)"]);
  });

  test("is read below the map: it covers no cell", async () => {
    await show();
    const parts = [...view.element.children].map((part) => part.classList[0]);
    expect(parts).toEqual(["gx-legend", "gx-frame", "gx-error", "gx-legend", "gx-tip"]);
  });

  test("tells the drop as soon as the cell under it is scored", async () => {
    await show();
    point("pointermove", 0.9, 0.1);
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["not scored yet"]);
    receive({ scores: scoresOf(0.5, -0.2, 0.1, 0, 0.06, 0.25) });
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["−10.0 points (75.0% → 65.0%)"]);
  });

  test("tells both numbers, that of the map on the screen first", async () => {
    await show({ together: scoresOf(0.1, 0.2, 0.3, 0, 0, 0), foretells: { shown: "together" } });
    expect([...scene().drops]).toEqual([...scoresList(0.1, 0.2, 0.3, 0, 0, 0)]);
    point("pointermove", 0.4, 0.1);
    const lines = ["its part when hidden with others: −20.0 points", "hidden alone: +20.0 points (75.0% → 95.0%)"];
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 2 · speaks for dog"]);
    expect(texts(tip(), ".gx-tip-drop")).toEqual([lines.join("\n")]);
    model.set("map", "alone");
    view.update();
    frames.run();
    expect([...scene().drops]).toEqual([...scoresList(0.5, -0.2, NaN, 0, 0.06, 0.25)]);
    expect(texts(tip(), ".gx-tip-drop")).toEqual([lines.reverse().join("\n")]);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 2 · speaks against dog"]);
  });

  test("ends when the pointer leaves", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    point("pointerleave");
    expect(told()).toEqual(NOTHING);
    expect(scene().hovered).toBeNull();
  });

  test("ends when the cell is gone from a smaller grid", async () => {
    await show();
    point("pointermove", 0.9, 0.9);
    receive({ grid: { rows: 1, columns: 5, height: 5, width: 7 }, scores: scoresOf(0, 0, 0, 0, 0) });
    expect(told()).toEqual(NOTHING);
    expect(scene().hovered).toBeNull();
  });

  test("does nothing before a grid has come", async () => {
    await show({ grid: {}, scores: scoresOf() });
    point("pointermove", 0.1, 0.1);
    expect(told()).toEqual(NOTHING);
  });

  test("draws nothing while it stays in a cell, and no legend at all", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    const draws = vi.mocked(paint).mock.calls.length;
    const ends = find(view.element, ".gx-legend-end").firstChild;
    point("pointermove", 0.12, 0.12);
    expect(paint).toHaveBeenCalledTimes(draws);
    point("pointermove", 0.9, 0.9);
    expect(find(view.element, ".gx-legend-end").firstChild).toBe(ends);
  });

  test("sends nothing", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    point("pointermove", 0.9, 0.9);
    point("pointerleave");
    expect(choose).not.toHaveBeenCalled();
    expect(model.saved).toEqual([]);
  });
});

describe("a pointer", () => {
  test("selects a cell with a click, and deselects it with another", async () => {
    await show();
    click(0.9, 0.9);
    expect(scene().selected).toEqual(new Set([5]));
    click(0.9, 0.9);
    expect(values()).toEqual([[[1, 2]], []]);
  });

  test("selects a pending cell, too", async () => {
    await show();
    click(0.9, 0.1);
    expect(values()).toEqual([[[0, 2]]]);
  });

  test("extends with Shift and adds with Ctrl", async () => {
    await show();
    click(0.1, 0.1);
    click(0.4, 0.9, { shiftKey: true });
    click(0.9, 0.9, { ctrlKey: true });
    expect(values().map((value) => value.length)).toEqual([1, 4, 5]);
  });

  test("draws a rectangle that is seen at once and sent at the end", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    point("pointerdown", 0.1, 0.1);
    point("pointermove", 0.4, 0.9);
    expect(scene().selected).toEqual(new Set([0, 1, 3, 4]));
    expect(told()).toEqual(NOTHING); // a rectangle has no number yet
    expect(choose).not.toHaveBeenCalled();
    point("pointerup", 0.4, 0.9);
    expect(values().map((value) => value.length)).toEqual([4]);
    expect(told()).not.toEqual(NOTHING);
  });

  test("that draws is stopped by Escape: what was selected stays", async () => {
    await show({ value: [[1, 2]] });
    point("pointerdown", 0.1, 0.1);
    point("pointermove", 0.4, 0.9);
    press("Escape");
    point("pointermove", 0.1, 0.9);
    point("pointerup", 0.1, 0.9);
    expect(choose).not.toHaveBeenCalled();
    expect(scene().selected).toEqual(new Set([5]));
  });

  test("that is a finger selects by a tap, and by a long press with what follows", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    await show();
    const finger = { pointerType: "touch" };
    click(0.1, 0.1, finger);
    point("pointerdown", 0.1, 0.1, finger);
    vi.advanceTimersByTime(LONG_PRESS_MS);
    frames.run();
    expect(scene().selected).toEqual(new Set([0]));
    point("pointermove", 0.4, 0.1, finger);
    point("pointerup", 0.4, 0.1, finger);
    expect(values().map((value) => value.length)).toEqual([1, 2]);
  });

  test("selects nothing on an old grid while another is on its way", async () => {
    await show({ grid_size: 4 });
    click(0.9, 0.9);
    expect(choose).not.toHaveBeenCalled();
  });

  test("selects nothing outside of the picture or before a grid has come", async () => {
    await show();
    click(1, 0.5);
    receive({ grid: {} });
    click(0.5, 0.5);
    expect(choose).not.toHaveBeenCalled();
  });
});

describe("the keyboard", () => {
  test("reads both numbers of a cell", async () => {
    await show({ together: scoresOf(0.1, 0.2, 0.3, 0, 0, 0), foretells: { shown: "together" } });
    expect(cell().textContent).toBe(
      "Row 1, column 1, speaks for dog, its part when hidden with others: −10.0 points, hidden alone: −50.0 points",
    );
  });

  test("shows its cell, with the tip, while the grid has the focus", async () => {
    await show();
    expect(scene().active).toBeNull();
    grid().focus();
    frames.run();
    expect(scene().active).toBe(0);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 1 · speaks for dog"]);
    press("ArrowRight");
    expect(scene().active).toBe(1);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 2 · speaks against dog"]);
    grid().blur();
    frames.run();
    expect(scene().active).toBeNull();
    expect(told()).toEqual(NOTHING);
  });

  test("takes the tip from a pointer that rests, and gives it back once that moves", async () => {
    await show();
    point("pointermove", 0.9, 0.9);
    press("ArrowRight");
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 2 · speaks against dog"]);
    point("pointermove", 0.9, 0.9);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 2, column 3 · speaks for dog"]);
  });

  test("selects, extends, adds and clears", async () => {
    await show();
    press("ArrowDown");
    press("Enter");
    press("ArrowRight", { shiftKey: true });
    press("Home", { ctrlKey: true });
    press(" ", { ctrlKey: true });
    press("Escape");
    press("a", { ctrlKey: true });
    expect(values().map((value) => value.length)).toEqual([1, 2, 3, 0, 6]);
  });

  test("undoes", async () => {
    await show();
    press("z", { ctrlKey: true });
    expect(undo).toHaveBeenCalledOnce();
  });

  test("goes on from the cell that was clicked", async () => {
    await show();
    click(0.4, 0.1);
    press("ArrowDown");
    expect(scene().active).toBe(4);
  });
});

describe("a screen reader", () => {
  test("is told place and drop of the active cell, and whether it is selected", async () => {
    await show();
    expect(cell().textContent).toBe("Row 1, column 1, speaks for dog, −50.0 points");
    expect(cell().getAttribute("aria-selected")).toBe("false");
    press("Enter");
    expect(cell().getAttribute("aria-selected")).toBe("true");
    press("ArrowRight");
    expect(cell().textContent).toBe("Row 1, column 2, speaks against dog, +20.0 points");
    expect(cell().getAttribute("aria-selected")).toBe("false");
  });

  test("is told that a cell is pending, or that it failed", async () => {
    await show({ scores: scoresOf(NaN, Infinity, 0, 0, 0, 0) });
    expect(cell().textContent).toBe("Row 1, column 1, not scored yet");
    press("ArrowRight");
    expect(cell().textContent).toBe("Row 1, column 2, failed: the model gave no finite number");
  });

  test("is told that the fill hardly changes a cell", async () => {
    await show({ scores: scoresOf(0, 0.1, 0, 0, 0, 0), hardly_changed: [0] });
    expect(cell().textContent).toBe("Row 1, column 1, 0.0 points, hardly changed by this fill");
    press("ArrowRight");
    expect(cell().textContent).toBe("Row 1, column 2, speaks for dog, −10.0 points");
  });
});

describe("what is drawn", () => {
  test("is what the traits hold", async () => {
    await show();
    receive({ value: [[0, 1]], keep: true, colormap: "purple-green", score: "log-odds" });
    const { selected, keep, appearance, score, drops } = scene();
    expect([selected, keep, appearance.colormap, score]).toEqual([
      new Set([1]),
      true,
      "purple-green",
      "log-odds",
    ]);
    expect(drops).toEqual(new Float32Array([0.5, -0.2, NaN, 0, 0.06, 0.25]));
  });

  test("comes with a legend of the class that the map is of", async () => {
    await show();
    expect(texts(view.element, ".gx-legend-end")).toEqual(["+50", "−50 points if hidden"]);
    expect(texts(view.element, ".gx-legend-side")).toEqual(["speaks against dog", "speaks for dog"]);
  });

  test("is the picture alone where a press or a key asks for it, until another one", async () => {
    await show();
    expect(scene().bare).toBe(false);
    view.bare.click();
    frames.run();
    expect(scene().bare).toBe(true);
    press("p");
    expect(scene().bare).toBe(false);
    expect(view.bare.getAttribute("aria-pressed")).toBe("false");
  });
});

describe("how sure a cell is", () => {
  const dots = () => tip().querySelectorAll("circle").length;

  test("is drawn on the map, and as a dot for each way that tells below it", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    expect([scene().verdicts, dots()]).toEqual([null, 0]);
    sure = certainty();
    view.update();
    frames.run();
    expect([scene().verdicts, dots()]).toEqual([[1, -1, 0, 0, 0, 0], 2]);
    point("pointermove", 0.4, 0.1);
    expect(dots()).toBe(1); // blur hardly changes it
    point("pointermove", 0.9, 0.1);
    expect(dots()).toBe(1); // blur was not asked
  });

  test("is not drawn of a cell of which no way tells, nor once it is not shown any more", async () => {
    sure = certainty({ tells: bytesOf(...Array(12).fill(0)) });
    await show();
    point("pointermove", 0.1, 0.1);
    expect(dots()).toBe(0);
    sure = certainty();
    view.update();
    frames.run();
    expect(dots()).toBe(2);
    point("pointerleave");
    expect(dots()).toBe(0);
  });
});

test("after the end nothing listens", async () => {
  await show();
  controller.abort();
  point("pointermove", 0.1, 0.1);
  click(0.1, 0.1);
  press("Enter");
  expect(told()).toEqual(NOTHING);
  expect(choose).not.toHaveBeenCalled();
});
