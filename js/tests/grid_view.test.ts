import { beforeEach, describe, expect, test, vi } from "vitest";
import { gridView, type GridView } from "../src/grid_view";
import type { Traits } from "../src/protocol";
import {
  bytesOf,
  fakeCanvas,
  type FakeContext,
  fakeFrames,
  fakePictures,
  fakeSizes,
  find,
  scoresOf,
  settled,
  StrictModel,
  texts,
  traits,
} from "./fixture";

let context: FakeContext;
let frames: ReturnType<typeof fakeFrames>;
let pictures: ReturnType<typeof fakePictures>;
let controller: AbortController;
let model: StrictModel;
let view: GridView;

beforeEach(() => {
  context = fakeCanvas();
  frames = fakeFrames();
  pictures = fakePictures();
  fakeSizes();
  controller = new AbortController();
});

/** A view whose picture is loaded and drawn. */
async function show(changes: Partial<Traits> = {}): Promise<void> {
  model = new StrictModel(traits(changes));
  view = gridView(model, controller.signal);
  view.update();
  await settled();
  frames.run();
}

/** A message from the kernel, drawn. */
function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
  frames.run();
}

/** An event at a fraction of the canvas, and the frame that it asks for. */
function point(type: "pointermove" | "pointerleave" | "click", x = 0, y = 0): void {
  const place = { clientX: 10 + 210 * x, clientY: 20 + 150 * y };
  find(view.element, "canvas").dispatchEvent(new PointerEvent(type, place));
  frames.run();
}

const tip = () => find(view.element, ".gx-tip");

/** The corners of the cells that the last frame outlined, white lines only. */
const outlined = () => {
  const last = context.calls.map((call) => call.name).lastIndexOf("setTransform");
  const lines = context.calls.slice(last).filter((call) => call.name === "strokeRect");
  return lines.filter((line) => line.strokeStyle === "#fff").map((line) => line.args.slice(0, 2));
};

describe("the picture", () => {
  test("gives the frame its shape and the grid its width", async () => {
    await show();
    expect(Number.parseFloat(find(view.element, ".gx-frame").style.aspectRatio)).toBe(1.4);
    expect(view.element.style.maxWidth).toBe("728px"); // 1.3 × 560, for 1.4 is wider
  });

  test("is loaded once, however often the traits change", async () => {
    await show();
    receive({ scores: scoresOf(0, 0, 0, 0, 0, 0) });
    expect(pictures.create).toHaveBeenCalledOnce();
  });

  test("is loaded again when it is another one", async () => {
    await show();
    receive({ picture: bytesOf(9) });
    await settled();
    expect(pictures.create).toHaveBeenCalledTimes(2);
  });

  test("is drawn as soon as it is decoded, and nothing before", async () => {
    model = new StrictModel(traits());
    view = gridView(model, controller.signal);
    view.update();
    frames.run();
    expect(context.calls).toEqual([]);
    expect(tip().hidden).toBe(true);
    await settled();
    frames.run();
    expect(context.of("fillRect")).toHaveLength(5);
  });

  test("is not decoded before it has come", async () => {
    await show({ picture: bytesOf() });
    expect(pictures.create).not.toHaveBeenCalled();
    expect(context.calls).toEqual([]);
  });

  test("is drawn once for many changes in one frame", async () => {
    await show();
    view.update();
    view.update();
    view.update();
    expect(frames.run()).toBe(1);
  });

  test("is drawn again when the frame gets another size", async () => {
    let resize = (_: Element) => {};
    vi.stubGlobal(
      "ResizeObserver",
      class {
        private observed: Element[] = [];
        constructor(callback: () => void) {
          resize = (element) => this.observed.includes(element) && callback();
        }
        observe(element: Element) {
          this.observed.push(element);
        }
      },
    );
    await show();
    context.calls.length = 0;
    resize(find(view.element, ".gx-frame"));
    frames.run();
    expect(context.of("drawImage")).not.toEqual([]);
  });
});

describe("hover", () => {
  test("names the cell", async () => {
    const grid = { rows: 4, columns: 6, height: 40, width: 60 };
    await show({ grid, scores: scoresOf(...Array<number>(24).fill(0)) });
    expect(tip().hidden).toBe(true);
    point("pointermove", 4.5 / 6, 2.5 / 4);
    expect(tip().hidden).toBe(false);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 3, column 5"]);
  });

  test("tells the drop with the probability before and after", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["drop 50.0 points (75.0% → 25.0%)"]);
    point("pointermove", 0.4, 0.1);
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["drop −20.0 points (75.0% → 95.0%)"]);
  });

  test("tells a drop in log-odds alone", async () => {
    await show({ score: "log-odds" });
    point("pointermove", 0.1, 0.1);
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["drop 0.50 log-odds"]);
  });

  test("says of a pending cell that it is not scored yet", async () => {
    await show();
    point("pointermove", 0.9, 0.1);
    expect(texts(tip(), ".gx-tip-place")).toEqual(["Row 1, column 3"]);
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["not scored yet"]);
  });

  test("tells the drop as soon as the cell under it is scored", async () => {
    await show();
    point("pointermove", 0.9, 0.1);
    receive({ scores: scoresOf(0.5, -0.2, 0.1, 0, 0.06, 0.25) });
    expect(texts(tip(), ".gx-tip-drop")).toEqual(["drop 10.0 points (75.0% → 65.0%)"]);
  });

  test("ends when the pointer leaves", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    expect(outlined()).toEqual([[0.75, 0.75]]);
    point("pointerleave");
    expect(tip().hidden).toBe(true);
    expect(outlined()).toEqual([]);
  });

  test("ends when the cell is gone from a smaller grid", async () => {
    await show();
    point("pointermove", 0.9, 0.9);
    expect(tip().hidden).toBe(false);
    expect(outlined()).toHaveLength(1);
    const grid = { rows: 1, columns: 5, height: 5, width: 7 };
    receive({ grid, scores: scoresOf(0, 0, 0, 0, 0) });
    expect(tip().hidden).toBe(true);
    expect(outlined()).toEqual([]);
  });

  test("does nothing before a grid has come", async () => {
    await show({ grid: {}, scores: scoresOf() });
    point("pointermove", 0.1, 0.1);
    expect(tip().hidden).toBe(true);
  });

  test("asks for no frame while it stays in a cell", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    context.calls.length = 0;
    point("pointermove", 0.12, 0.12);
    expect(context.calls).toEqual([]);
  });

  test("sends nothing", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    point("pointermove", 0.9, 0.9);
    point("pointerleave");
    expect(model.saved).toEqual([]);
    expect(model.sent).toEqual([]);
    expect(model.get("value")).toEqual([]);
  });
});

describe("the tip", () => {
  const offsetWidth = (width: number) =>
    vi.spyOn(HTMLElement.prototype, "offsetWidth", "get").mockReturnValue(width);

  test("is centred on its cell", async () => {
    offsetWidth(40);
    await show();
    point("pointermove", 0.5, 0.1);
    expect(tip().style.left).toBe("85px"); // 210 / 2 − 40 / 2
  });

  test("never leaves the frame", async () => {
    offsetWidth(100);
    await show();
    point("pointermove", 0.1, 0.1);
    expect(tip().style.left).toBe("0px");
    point("pointermove", 0.9, 0.1);
    expect(tip().style.left).toBe("110px");
  });

  test("is below a cell in the upper rows and above one in the lower", async () => {
    await show();
    point("pointermove", 0.1, 0.1);
    expect([tip().style.top, tip().style.bottom]).toEqual(["50%", ""]);
    point("pointermove", 0.1, 0.9);
    expect([tip().style.top, tip().style.bottom]).toEqual(["", "50%"]);
  });

  test("is below in the upper third", async () => {
    const grid = { rows: 4, columns: 1, height: 4, width: 4 };
    await show({ grid, scores: scoresOf(0, 0, 0, 0) });
    point("pointermove", 0.5, 0.4);
    expect([tip().style.top, tip().style.bottom]).toEqual(["50%", ""]);
    point("pointermove", 0.5, 0.6);
    expect([tip().style.top, tip().style.bottom]).toEqual(["", "50%"]);
  });
});

describe("a click", () => {
  test("selects the cell and sends it", async () => {
    await show();
    point("click", 0.9, 0.9);
    expect(model.saved).toEqual([{ value: [[1, 2]] }]);
    expect(outlined()).toEqual([[121.5, 61.5]]);
  });

  test("on the selected cell deselects it", async () => {
    await show({ value: [[1, 2]] });
    point("click", 0.9, 0.9);
    expect(model.saved).toEqual([{ value: [] }]);
    expect(outlined()).toEqual([]);
  });

  test("on another cell selects that one alone", async () => {
    await show({ value: [[1, 2]] });
    point("click", 0.1, 0.1);
    expect(model.saved).toEqual([{ value: [[0, 0]] }]);
  });

  test("selects a pending cell too", async () => {
    await show();
    point("click", 0.9, 0.1);
    expect(model.saved).toEqual([{ value: [[0, 2]] }]);
  });

  test("on an old grid while another is on its way sends nothing", async () => {
    await show({ grid_size: 4 });
    point("click", 0.9, 0.9);
    expect(model.saved).toEqual([]);
  });

  test("outside of the picture or before a grid has come sends nothing", async () => {
    await show();
    point("click", 1, 0.5);
    receive({ grid: {} });
    point("click", 0.5, 0.5);
    expect(model.saved).toEqual([]);
  });
});

test("a cell that Python selects is outlined", async () => {
  await show();
  receive({ value: [[0, 1]] });
  expect(outlined()).toEqual([[61.5, 1.5]]);
});

describe("the legend", () => {
  test("goes from blue over clear to vermilion", async () => {
    await show();
    const colors = find(view.element, ".gx-legend-bar").style.backgroundImage;
    expect(colors.match(/rgba\([^)]*\)/g)).toEqual([
      "rgba(0, 114, 178, 0.850)",
      "rgba(0, 114, 178, 0.000)",
      "rgba(213, 94, 0, 0.000)",
      "rgba(213, 94, 0, 0.850)",
    ]);
  });

  test("tells where the colours end and that cells are pending", async () => {
    await show();
    expect(texts(view.element, ".gx-legend-end")).toEqual(["against −50", "+50 points, supports"]);
    expect(find(view.element, ".gx-legend-pending").hidden).toBe(false);
  });

  test("does not speak of pending cells when there are none", async () => {
    await show();
    receive({ scores: scoresOf(0, 0, 0, 0, 0, 0.04) });
    expect(texts(view.element, ".gx-legend-end")).toEqual(["against −4.0", "+4.0 points, supports"]);
    expect(find(view.element, ".gx-legend-pending").hidden).toBe(true);
  });

  test("tells log-odds", async () => {
    await show({ score: "log-odds" });
    const ends = texts(view.element, ".gx-legend-end");
    expect(ends).toEqual(["against −0.50", "+0.50 log-odds, supports"]);
  });
});

describe("after the end", () => {
  test("nothing listens", async () => {
    await show();
    controller.abort();
    point("pointermove", 0.1, 0.1);
    point("click", 0.1, 0.1);
    expect(tip().hidden).toBe(true);
    expect(model.saved).toEqual([]);
  });

  test("the size of the frame is not observed", async () => {
    const disconnect = vi.spyOn(ResizeObserver.prototype, "disconnect");
    await show();
    expect(disconnect).not.toHaveBeenCalled();
    controller.abort();
    expect(disconnect).toHaveBeenCalledOnce();
  });
});
