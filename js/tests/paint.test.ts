import { beforeEach, describe, expect, test, vi } from "vitest";
import { paint, paleCopy, type Scene } from "../src/paint";
import { type FakeContext, fakeCanvas, fakePictures } from "./fixture";

// On 210×150 CSS pixels, the cells begin at x = 0 60 120 and y = 0 60.
const BOXES = [
  [0, 0, 60, 60],
  [60, 0, 60, 60],
  [120, 0, 90, 60],
  [0, 60, 60, 90],
  [60, 60, 60, 90],
  [120, 60, 90, 90],
];

let canvas: HTMLCanvasElement;
let context: FakeContext;

beforeEach(() => {
  context = fakeCanvas();
  canvas = document.createElement("canvas");
  vi.stubGlobal("devicePixelRatio", 1);
});

/** 2×3 cells, the third pending. */
function sceneOf(changes: Partial<Scene> = {}): Scene {
  return {
    picture: new Image(),
    pale: document.createElement("canvas"),
    grid: { rows: 2, columns: 3, height: 5, width: 7 },
    drops: new Float32Array([0.5, -0.25, NaN, 0, 0.0625, 0.25]),
    scale: 0.5,
    score: "probability",
    hovered: null,
    selected: null,
    ...changes,
  };
}

describe("the picture", () => {
  test("lies under everything and fills the canvas", () => {
    const scene = sceneOf();
    paint(canvas, scene, 210, 150);
    expect(context.args("drawImage")[0]).toEqual([scene.picture, 0, 0, 210, 150]);
    const names = context.calls.map((call) => call.name);
    expect(names.slice(0, 2)).toEqual(["setTransform", "drawImage"]);
  });

  test("is all there is before a grid has come", () => {
    paint(canvas, sceneOf({ grid: null, selected: 1, hovered: 2 }), 210, 150);
    expect(context.calls.map((call) => call.name)).toEqual(["setTransform", "drawImage"]);
  });

  test("is not painted on a canvas without size or context", () => {
    paint(canvas, sceneOf(), 0, 150);
    paint(canvas, sceneOf(), 210, 0);
    expect(context.calls).toEqual([]);
    vi.spyOn(canvas, "getContext").mockReturnValue(null);
    paint(canvas, sceneOf(), 210, 150);
    expect(context.calls).toEqual([]);
  });
});

describe("cells", () => {
  test("that are scored are filled once, in their place and colour", () => {
    paint(canvas, sceneOf(), 210, 150);
    const fills = context.of("fillRect").map((call) => [...call.args, call.fillStyle]);
    expect(fills).toEqual([
      [...BOXES[0]!, "rgba(213, 94, 0, 0.850)"],
      [...BOXES[1]!, "rgba(0, 114, 178, 0.425)"],
      [...BOXES[3]!, "rgba(213, 94, 0, 0.000)"],
      [...BOXES[4]!, "rgba(213, 94, 0, 0.106)"],
      [...BOXES[5]!, "rgba(213, 94, 0, 0.425)"],
    ]);
  });

  test("that are scored lie on the pale picture, pending ones do not", () => {
    const scene = sceneOf();
    paint(canvas, scene, 210, 150);
    const names = context.calls.map((call) => call.name);
    expect(names.slice(2, 12)).toEqual([
      "save",
      "beginPath",
      ...Array<string>(5).fill("rect"),
      "clip",
      "drawImage",
      "restore",
    ]);
    expect(context.args("rect")).toEqual([BOXES[0], BOXES[1], BOXES[3], BOXES[4], BOXES[5]]);
    expect(context.args("drawImage")[1]).toEqual([scene.pale, 0, 0, 210, 150]);
  });

  test("are not filled while all are pending", () => {
    paint(canvas, sceneOf({ drops: new Float32Array(6).fill(NaN) }), 210, 150);
    expect(context.of("fillRect")).toEqual([]);
    expect(context.of("drawImage")).toHaveLength(1);
    expect(context.of("fillText")).toEqual([]);
  });

  test("are parted by lines, pending ones too", () => {
    paint(canvas, sceneOf({ drops: new Float32Array(6).fill(NaN) }), 210, 150);
    expect(context.args("moveTo")).toEqual([[60, 0], [120, 0], [0, 60]]);
    expect(context.args("lineTo")).toEqual([[60, 150], [120, 150], [210, 60]]);
    const names = context.calls.slice(2).map((call) => call.name);
    const lines = Array<string[]>(3).fill(["moveTo", "lineTo"]).flat();
    expect(names).toEqual(["beginPath", ...lines, "stroke"]);
    expect(context.of("stroke")[0]!.lineWidth).toBe(1);
  });

  test("are parted by fainter lines where they are small", () => {
    paint(canvas, sceneOf(), 37, 25);
    paint(canvas, sceneOf(), 36, 25);
    paint(canvas, sceneOf(), 37, 24);
    const strokes = context.of("stroke").map((call) => call.strokeStyle);
    expect(strokes).toEqual(["rgba(0, 0, 0, 0.22)", "rgba(0, 0, 0, 0.1)", "rgba(0, 0, 0, 0.1)"]);
  });
});

describe("device pixels", () => {
  test("are as many as the screen has, while cells stay in CSS pixels", () => {
    vi.stubGlobal("devicePixelRatio", 1.5);
    paint(canvas, sceneOf(), 211, 151);
    expect([canvas.width, canvas.height]).toEqual([317, 227]); // 316.5 and 226.5
    expect(context.args("setTransform")).toEqual([[1.5, 0, 0, 1.5, 0, 0]]);
    expect(context.args("drawImage")[0]!.slice(1)).toEqual([0, 0, 211, 151]);
  });

  test("are CSS pixels where the browser does not tell", () => {
    vi.stubGlobal("devicePixelRatio", undefined);
    paint(canvas, sceneOf(), 210, 150);
    expect([canvas.width, canvas.height]).toEqual([210, 150]);
  });

  test("are set only when they change, for setting them clears the canvas", () => {
    const width = vi.spyOn(canvas, "width", "set");
    paint(canvas, sceneOf(), 210, 150);
    paint(canvas, sceneOf(), 210, 150);
    expect(width.mock.calls).toEqual([[210]]);
    paint(canvas, sceneOf(), 211, 150);
    expect(width.mock.calls).toEqual([[210], [211]]);
  });
});

describe("numbers", () => {
  const numbers = () => context.args("fillText").map(([text]) => text);

  test("stand in the middle of scored cells, in points of probability", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(context.args("fillText")).toEqual([
      ["50", 30, 30],
      ["−25", 90, 30],
      ["0", 30, 105],
      ["6", 90, 105],
      ["25", 165, 105],
    ]);
    expect([context.textAlign, context.textBaseline]).toEqual(["center", "middle"]);
  });

  test("are dark with a light rim", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(context.args("strokeText")).toEqual(context.args("fillText"));
    const [rim] = context.of("strokeText");
    expect([rim!.strokeStyle, rim!.lineWidth]).toEqual(["rgba(255, 255, 255, 0.85)", 3]);
    expect(context.of("fillText")[0]!.fillStyle).toBe("#111");
  });

  test("have as many digits as the scale asks for, but none for a zero", () => {
    paint(canvas, sceneOf({ score: "log-odds" }), 210, 150);
    expect(numbers()).toEqual(["0.50", "−0.25", "0", "0.06", "0.25"]);
  });

  test("have no sign where they are rounded to zero", () => {
    const drops = new Float32Array([-0.001, -0, 0.001, 1, -1, -0.004]);
    paint(canvas, sceneOf({ drops, scale: 1 }), 210, 150);
    expect(numbers()).toEqual(["0", "0", "0", "100", "−100", "0"]);
  });

  test("grow with the cells up to a size that is enough", () => {
    paint(canvas, sceneOf(), 120, 120);
    expect(context.font).toBe("12.8px system-ui, sans-serif");
    paint(canvas, sceneOf(), 900, 900);
    expect(context.font).toBe("15.0px system-ui, sans-serif");
  });

  test("are left out where cells are narrower than 30 pixels or lower", () => {
    paint(canvas, sceneOf(), 90, 60);
    expect(numbers()).toHaveLength(5);
    context.calls.length = 0;
    paint(canvas, sceneOf(), 89, 60);
    paint(canvas, sceneOf(), 90, 59);
    expect(numbers()).toEqual([]);
    expect(context.of("fillRect")).toHaveLength(10);
  });
});

describe("outlines", () => {
  const outlines = () =>
    context.of("strokeRect").map((call) => [...call.args, call.strokeStyle, call.lineWidth]);

  test("are not there where no cell is hovered or selected", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(outlines()).toEqual([]);
  });

  test("are wide and within the cell that is selected, white in black", () => {
    paint(canvas, sceneOf({ selected: 4 }), 210, 150);
    expect(outlines()).toEqual([
      [61.5, 61.5, 57, 87, "#000", 5],
      [61.5, 61.5, 57, 87, "#fff", 3],
    ]);
  });

  test("are narrow in the cell that is hovered, and lie over the selected one's", () => {
    paint(canvas, sceneOf({ selected: 0, hovered: 0 }), 210, 150);
    expect(outlines().slice(2)).toEqual([
      [0.75, 0.75, 58.5, 58.5, "#000", 3.5],
      [0.75, 0.75, 58.5, 58.5, "#fff", 1.5],
    ]);
  });
});

describe("the pale copy", () => {
  test("is as large as the picture", () => {
    fakePictures();
    const copy = paleCopy(new Image());
    expect([copy.width, copy.height]).toEqual([7, 5]);
  });

  test("is grey from 45 to 100 percent and keeps its opacity", () => {
    fakePictures();
    const picture = new Image();
    const [black, white] = [[0, 0, 0, 255], [255, 255, 255, 255]];
    const [red, green, blue] = [[255, 0, 0, 128], [0, 255, 0, 128], [0, 0, 255, 128]];
    const pixels = [black, white, red, green, blue].flat();
    context.image = { data: new Uint8ClampedArray(pixels) };
    paleCopy(picture);
    // Red is 0.299 × 255 = 76.2 of grey, and 115 + 0.55 × 76.2 = 156.9; the others alike.
    expect([...context.image.data]).toEqual(
      [
        [115, 115, 115, 255],
        [255, 255, 255, 255],
        [157, 157, 157, 128],
        [197, 197, 197, 128],
        [131, 131, 131, 128],
      ].flat(),
    );
    expect(context.args("drawImage")).toEqual([[picture, 0, 0]]);
    expect(context.args("getImageData")).toEqual([[0, 0, 7, 5]]);
    expect(context.args("putImageData")).toEqual([[context.image, 0, 0]]);
  });

  test("of a picture without pixels is empty", () => {
    const copy = paleCopy(new Image());
    expect([copy.width, copy.height]).toEqual([0, 0]);
    expect(context.calls).toEqual([]);
  });
});
