import { beforeEach, describe, expect, test, vi } from "vitest";
import { cellColor } from "../../src/cells/colors";
import { paint, paleCopy, type Scene } from "../../src/grid/paint";
import { fakeCanvas, FakeContext, fakePictures } from "../support/browser";

// On 210×150 CSS pixels, the cells begin at x = 0 60 120 and y = 0 60.
const BOXES = [
  [0, 0, 60, 60],
  [60, 0, 60, 60],
  [120, 0, 90, 60],
  [0, 60, 60, 90],
  [60, 60, 60, 90],
  [120, 60, 90, 90],
];

const APPEARANCE = {
  colormap: "orange-blue",
  opacity: 0.85,
  numbers: true,
  scale: "relative",
  threshold: 0,
} as const;

let canvas: HTMLCanvasElement;
/** What is drawn on the canvas itself. */
let context: FakeContext;
/** What is drawn on the map's own layer, a canvas that the first paint makes. */
let map: FakeContext;
let contexts: Map<HTMLCanvasElement, FakeContext>;

beforeEach(() => {
  vi.stubGlobal("devicePixelRatio", 1);
  contexts = new Map();
  map = new FakeContext();
  const get = vi.spyOn(HTMLCanvasElement.prototype, "getContext") as unknown as {
    mockImplementation(get: (this: HTMLCanvasElement) => FakeContext): void;
  };
  get.mockImplementation(function () {
    const made = contexts.get(this) ?? (contexts.size === 1 ? map : new FakeContext());
    contexts.set(this, made);
    return made;
  });
  canvas = document.createElement("canvas");
  context = canvas.getContext("2d") as unknown as FakeContext;
});

/** 2×3 cells, the third pending. */
function sceneOf(changes: Partial<Scene> = {}): Scene {
  return {
    picture: new Image(),
    pale: document.createElement("canvas"),
    grid: { rows: 2, columns: 3, height: 5, width: 7 },
    drops: new Float32Array([0.5, -0.25, NaN, 0, 0.0625, 0.25]),
    hardlyChanged: [],
    score: "probability",
    appearance: APPEARANCE,
    hovered: null,
    active: null,
    selected: new Set(),
    keep: false,
    ...changes,
  };
}

const layer = () => [...contexts].find(([, made]) => made === map)![0];

describe("the picture", () => {
  test("is all there is before a grid has come", () => {
    const scene = sceneOf({ grid: null, selected: new Set([1]), hovered: 2, active: 3 });
    paint(canvas, scene, 210, 150);
    expect(map.args("drawImage")).toEqual([[scene.picture, 0, 0, 210, 150]]);
    expect(context.args("drawImage")).toEqual([[layer(), 0, 0]]);
    expect(map.of("fillRect")).toEqual([]);
    expect([...context.of("fillRect"), ...context.of("strokeRect")]).toEqual([]);
  });

  test("is all there is where it is wanted alone, but for what is selected", () => {
    const scene = sceneOf({ bare: true, selected: new Set([1]) });
    paint(canvas, scene, 210, 150);
    expect(map.args("drawImage")).toEqual([[scene.picture, 0, 0, 210, 150]]);
    expect([...map.of("fillRect"), ...map.of("fillText")]).toEqual([]);
    expect(context.of("fillRect").length).toBeGreaterThan(0); // its outline
  });

  test("shows where a grid has come without scores", () => {
    const scene = sceneOf({ drops: new Float32Array() });
    paint(canvas, scene, 210, 150);
    expect(map.args("drawImage")).toEqual([[scene.picture, 0, 0, 210, 150]]);
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
  const fills = () =>
    map
      .of("fillRect")
      .filter(({ fillStyle, operation }) => /^#.{8}$/.test(fillStyle) && operation === "source-over")
      .map((call) => [...call.args, call.fillStyle]);

  test("that are scored are filled once, in their place and colour", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(fills()).toEqual([
      [...BOXES[0]!, cellColor(0.5, 0.5, APPEARANCE)],
      [...BOXES[1]!, cellColor(-0.25, 0.5, APPEARANCE)],
      [...BOXES[3]!, cellColor(0, 0.5, APPEARANCE)],
      [...BOXES[4]!, cellColor(0.0625, 0.5, APPEARANCE)],
      [...BOXES[5]!, cellColor(0.25, 0.5, APPEARANCE)],
    ]);
  });

  const greyed = () =>
    map.of("fillRect").filter((call) => call.operation === "saturation").map((call) => [...call.args, call.fillStyle]);

  test("lose the picture's own colour under their tint, all of it from an eighth of the scale", () => {
    const drops = new Float32Array([0.5, -0.25, NaN, 0, 0.03125, Infinity]);
    paint(canvas, sceneOf({ drops }), 210, 150);
    expect(greyed()).toEqual([
      [...BOXES[0]!, "#808080ff"],
      [...BOXES[1]!, "#808080ff"],
      [...BOXES[3]!, "#80808000"],
      [...BOXES[4]!, "#80808080"], // half of an eighth
    ]);
    const [at, tint] = ["#808080ff", cellColor(0.5, 0.5, APPEARANCE)].map((style) =>
      map.calls.findIndex((call) => call.fillStyle === style),
    );
    expect(at).toBeLessThan(tint!);
  });

  test("keep it where they fade", () => {
    paint(canvas, sceneOf({ appearance: { ...APPEARANCE, threshold: 0.2 } }), 210, 150);
    expect(greyed().map((fill) => fill.slice(0, 4))).toEqual([BOXES[0], BOXES[1], BOXES[5]]);
  });

  test("are filled on the absolute scale where it is asked for", () => {
    paint(canvas, sceneOf({ appearance: { ...APPEARANCE, scale: "absolute" } }), 210, 150);
    expect(fills()[0]).toEqual([...BOXES[0]!, cellColor(0.5, 1, APPEARANCE)]);
  });

  test("that fade are not filled", () => {
    paint(canvas, sceneOf({ appearance: { ...APPEARANCE, threshold: 0.2 } }), 210, 150);
    expect(fills().map((fill) => fill.slice(0, 4))).toEqual([BOXES[0], BOXES[1], BOXES[5]]);
  });

  test("that are pending cut the picture out, and the pale one lies under the others", () => {
    const scene = sceneOf();
    paint(canvas, scene, 210, 150);
    expect(map.of("fillRect")[0]!.args).toEqual(BOXES[2]);
    const pictures = map.of("drawImage").map((call) => [call.operation, ...call.args]);
    expect(pictures).toEqual([
      ["source-in", scene.picture, 0, 0, 210, 150],
      ["destination-over", scene.pale, 0, 0, 210, 150],
    ]);
    const rest = map.of("fillRect").slice(1).map((call) => call.operation);
    expect(new Set(rest)).toEqual(new Set(["saturation", "source-over"]));
    expect(rest.at(-1)).toBe("source-over");
  });

  test("that are pending are hatched", () => {
    const hatch = "hatch";
    Object.assign(map, { createPattern: () => hatch });
    paint(canvas, sceneOf(), 210, 150);
    const hatched = map.of("fillRect").filter((call) => call.fillStyle === hatch);
    expect(hatched.map((call) => call.args)).toEqual([BOXES[2]]);
  });

  test("are neither filled nor pale while all are pending", () => {
    const scene = sceneOf({ drops: new Float32Array(6).fill(NaN) });
    paint(canvas, scene, 210, 150);
    expect(fills()).toEqual([]);
    expect(map.args("drawImage").map(([picture]) => picture)).not.toContain(scene.pale);
    expect(map.of("fillText")).toEqual([]);
  });

  test("that failed are crossed out on the pale picture", () => {
    paint(canvas, sceneOf({ drops: new Float32Array([Infinity, 1, 1, 1, 1, 1]) }), 210, 150);
    expect(fills().map((fill) => fill.slice(0, 4))).toEqual(BOXES.slice(1));
    const reach = 14;
    expect(map.args("moveTo")).toEqual([[30 - reach, 30 - reach], [30 + reach, 30 - reach]]);
    expect(map.args("lineTo")).toEqual([[30 + reach, 30 + reach], [30 - reach, 30 + reach]]);
    expect(map.of("stroke")[0]!.strokeStyle).toBe("#fff");
    expect(map.args("fillText").map(([text]) => text)).toEqual(Array(5).fill("−100"));
  });

  test("that the fill hardly changes are dotted over their colours, and anew where others are", () => {
    const dots = "dots";
    Object.assign(map, { createPattern: () => dots });
    const dotted = () => map.of("fillRect").filter((call) => call.fillStyle === dots);
    const drops = new Float32Array([0.5, 0.5, 0.5, 0, 0, 0]);
    paint(canvas, sceneOf({ drops, hardlyChanged: [0, 3] }), 210, 150);
    expect(dotted().map((call) => call.args)).toEqual([BOXES[0], BOXES[3]]);
    const styles = map.of("fillRect").map((call) => call.fillStyle);
    expect(styles.indexOf(dots)).toBeGreaterThan(styles.lastIndexOf(cellColor(0.5, 0.5, APPEARANCE)));
    map.calls.length = 0;
    paint(canvas, sceneOf({ drops, hardlyChanged: [5] }), 210, 150);
    expect(dotted().map((call) => call.args)).toEqual([BOXES[5]]);
  });

  const lines = () => map.of("fillRect").filter((call) => /^rgba\(0, 0, 0, 0\.[12]/.test(call.fillStyle));

  test("are parted by lines, pending ones too", () => {
    paint(canvas, sceneOf({ drops: new Float32Array(6).fill(NaN) }), 210, 150);
    expect(lines().map((call) => call.args)).toEqual([
      [60, 0, 1, 150],
      [120, 0, 1, 150],
      [0, 60, 210, 1],
    ]);
  });

  test("are parted by fainter lines where they are small", () => {
    const styles = [[37, 25], [36, 25], [37, 24]].map(([width, height]) => {
      map.calls.length = 0;
      paint(canvas, sceneOf(), width!, height!);
      return lines()[0]!.fillStyle;
    });
    expect(styles).toEqual(["rgba(0, 0, 0, 0.22)", "rgba(0, 0, 0, 0.1)", "rgba(0, 0, 0, 0.1)"]);
  });
});

describe("how sure cells are", () => {
  const verdicts = [1, -1, 0, 0, 0, 1];

  test("makes those that are not sure paler, and leaves their numbers", () => {
    const tints = (changes: Partial<Scene>) => {
      map.calls.length = 0;
      paint(canvas, sceneOf(changes), 210, 150);
      const tinted = map.of("fillRect").filter((call) => call.operation === "source-over" && /^#.{8}$/.test(call.fillStyle));
      return [tinted.map((call) => call.fillStyle), map.args("fillText").map(([text]) => text)];
    };
    const drops = new Float32Array([0.5, -0.25, 0.5, 0, 0.25, 0.25]);
    const [sure, numbers] = tints({ drops });
    const [marked, same] = tints({ drops, verdicts });
    const paler = (drop: number) => cellColor(Math.fround(0.3 * drop), 0.5, APPEARANCE);
    expect(marked).toEqual([sure![0], sure![1], paler(0.5), paler(0), paler(0.25), sure![5]]);
    expect(same).toEqual(numbers);
  });

  test("outlines those that are sure", () => {
    const lines = (verdicts: number[] | null) => {
      map.calls.length = 0;
      paint(canvas, sceneOf({ verdicts }), 210, 150);
      return map.of("fillRect").filter((call) => call.fillStyle === "#111").length;
    };
    expect([lines(null), lines([0, 0, 0, 0, 0, 0])]).toEqual([0, 0]);
    expect(lines(verdicts)).toBeGreaterThan(0);
  });

  test("leaves pending and failed cells as they are", () => {
    const drops = new Float32Array([NaN, Infinity, NaN, NaN, NaN, NaN]);
    paint(canvas, sceneOf({ drops, verdicts: [0, 0, 0, 0, 0, 0] }), 210, 150);
    expect(map.of("stroke")).toHaveLength(1);
  });
});

describe("device pixels", () => {
  test("are as many as the screen has, and all cells end between them", () => {
    vi.stubGlobal("devicePixelRatio", 1.5);
    paint(canvas, sceneOf({ selected: new Set([4]), hovered: 0 }), 211, 151);
    expect([canvas.width, canvas.height]).toEqual([317, 227]); // 316.5 and 226.5
    expect([layer().width, layer().height]).toEqual([317, 227]);
    const boxes = [...map.args("fillRect"), ...context.args("fillRect")].flat() as number[];
    expect(boxes.every(Number.isInteger)).toBe(true);
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

describe("the map is painted anew", () => {
  let scene: Scene;
  const painted = () => map.of("clearRect").length;

  beforeEach(() => {
    scene = sceneOf();
    paint(canvas, scene, 210, 150);
    expect(painted()).toBe(1);
  });

  test("not where only what is marked changes, and is shown again", () => {
    const marks = { hovered: 1, active: 2, selected: new Set([3]), keep: true };
    const drops = scene.drops.slice(); // scores are decoded anew for each frame
    paint(canvas, { ...scene, ...marks, drops, appearance: { ...APPEARANCE } }, 210, 150);
    expect(painted()).toBe(1);
    expect(context.args("drawImage")).toEqual([[layer(), 0, 0], [layer(), 0, 0]]);
  });

  test.each([
    ["a score", { drops: new Float32Array([0.5, -0.25, NaN, 0, 0.0625, 0.3]) }],
    ["a pending cell", { drops: new Float32Array([0.5, -0.25, 0, 0, 0.0625, 0.25]) }],
    ["the number of cells", { drops: new Float32Array([0.5]) }],
    ["the grid", { grid: { rows: 3, columns: 2, height: 5, width: 7 } }],
    ["the kind of score", { score: "log-odds" }],
    ["the picture", { pale: document.createElement("canvas") }],
    ["the colours", { appearance: { ...APPEARANCE, colormap: "red-blue" } }],
    ["the opacity", { appearance: { ...APPEARANCE, opacity: 0.5 } }],
    ["the scale", { appearance: { ...APPEARANCE, scale: "absolute" } }],
    ["the threshold", { appearance: { ...APPEARANCE, threshold: 0.1 } }],
    ["the wish for numbers", { appearance: { ...APPEARANCE, numbers: false } }],
    ["the wish for the picture alone", { bare: true }],
    ["what is sure", { verdicts: [1, 0, 0, 0, 0, 0] }],
  ] as [string, Partial<Scene>][])("where %s changes", (_, changes) => {
    paint(canvas, { ...scene, ...changes }, 210, 150);
    expect(painted()).toBe(2);
  });

  test("where the size or the screen changes", () => {
    paint(canvas, scene, 211, 150);
    paint(canvas, scene, 211, 151);
    vi.stubGlobal("devicePixelRatio", 2);
    paint(canvas, scene, 211, 151);
    expect(painted()).toBe(4);
  });

  test("where the browser took its pixels away", () => {
    const lost = layer();
    lost.dispatchEvent(new Event("contextrestored"));
    paint(canvas, scene, 210, 150);
    const shown = context.args("drawImage").at(-1)![0] as HTMLCanvasElement;
    expect(shown).not.toBe(lost);
    expect(contexts.get(shown)!.of("fillText")).toHaveLength(4);
  });

  test("for each canvas", () => {
    const other = document.createElement("canvas");
    paint(other, { ...scene, score: "log-odds" }, 100, 100);
    paint(canvas, scene, 210, 150);
    expect(painted()).toBe(1);
  });
});

describe("numbers", () => {
  const numbers = () => map.args("fillText").map(([text]) => text);

  test("stand in the middle of the cells that have one to tell, in points of probability", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(map.args("fillText")).toEqual([
      ["−50", 30, 30],
      ["+25", 90, 30],
      ["−6", 90, 105],
      ["−25", 165, 105],
    ]);
    expect([map.textAlign, map.textBaseline]).toEqual(["center", "middle"]);
  });

  test("are dark with a light rim", () => {
    paint(canvas, sceneOf(), 210, 150);
    expect(map.args("strokeText")).toEqual(map.args("fillText"));
    const [rim] = map.of("strokeText");
    expect([rim!.strokeStyle, rim!.lineWidth]).toEqual(["rgba(255, 255, 255, 0.85)", 3]);
    expect(map.of("fillText")[0]!.fillStyle).toBe("#111");
  });

  test("have as many digits as the scale asks for", () => {
    paint(canvas, sceneOf({ score: "log-odds" }), 210, 150);
    expect(numbers()).toEqual(["−0.5", "+0.3", "−0.3"]);
  });

  test("have neither digits nor a sign where they are rounded to zero", () => {
    const drops = new Float32Array([-1e-8, 1e-8, 0, 0, 0, 0]);
    paint(canvas, sceneOf({ drops, score: "value" }), 210, 150);
    expect(numbers()).toEqual(["0", "0"]);
  });

  test("are told from a tenth of the scale on", () => {
    const drops = new Float32Array([-1, -0, 0.099, 0.1, -0.1, -0.004]);
    paint(canvas, sceneOf({ drops }), 210, 150);
    expect(numbers()).toEqual(["+100", "−10", "+10"]);
    map.calls.length = 0;
    paint(canvas, sceneOf({ drops, appearance: { ...APPEARANCE, scale: "absolute" } }), 210, 150);
    expect(numbers()).toEqual(["+100", "−10", "+10"]);
  });

  test("never touch: one that is as wide as its cell is left out", () => {
    const drops = new Float32Array([0.9, -0.25, 0, 0, 0.333333, 0.25]);
    paint(canvas, sceneOf({ drops, score: "value" }), 210, 150);
    expect(numbers()).toEqual(["−0.90", "+0.25", "−0.33", "−0.25"]);
    map.calls.length = 0;
    paint(canvas, sceneOf({ drops, score: "value" }), 115, 150); // five letters are 30 wide, and all cells but the last 33
    expect(numbers()).toEqual(["−0.25"]);
  });

  test("are left out of cells that fade", () => {
    paint(canvas, sceneOf({ appearance: { ...APPEARANCE, threshold: 0.2 } }), 210, 150);
    expect(numbers()).toEqual(["−50", "+25", "−25"]);
  });

  test("are left out where they are not wanted", () => {
    paint(canvas, sceneOf({ appearance: { ...APPEARANCE, numbers: false } }), 210, 150);
    expect(numbers()).toEqual([]);
  });

  test("grow with the cells up to a size that is enough, and with the screen", () => {
    paint(canvas, sceneOf(), 120, 120);
    expect(map.font).toBe("12.8px system-ui, sans-serif");
    paint(canvas, sceneOf(), 900, 42);
    expect(map.font).toBe("10.5px system-ui, sans-serif");
    paint(canvas, sceneOf(), 900, 900);
    expect(map.font).toBe("15.0px system-ui, sans-serif");
    vi.stubGlobal("devicePixelRatio", 2);
    paint(canvas, sceneOf(), 900, 900);
    expect(map.font).toBe("30.0px system-ui, sans-serif");
  });

  test("are left out where cells are narrower than 30 CSS pixels or lower than 20", () => {
    vi.stubGlobal("devicePixelRatio", 2);
    paint(canvas, sceneOf(), 90, 40);
    expect(numbers()).toHaveLength(4);
    map.calls.length = 0;
    paint(canvas, sceneOf(), 89, 40);
    paint(canvas, sceneOf(), 90, 39);
    expect(map.of("clearRect")).toHaveLength(2);
    expect(numbers()).toEqual([]);
  });
});

describe("marks", () => {
  test("are not there where no cell is hovered, active or selected", () => {
    paint(canvas, sceneOf({ keep: true }), 210, 150);
    expect([...context.of("strokeRect"), ...context.of("fillRect")]).toEqual([]);
  });

  test("lie on the map: the selection, then the pointer, then the keyboard", () => {
    paint(canvas, sceneOf({ selected: new Set([4]), hovered: 4, active: 4 }), 210, 150);
    const names = context.calls.map((call) => call.name);
    expect(names.slice(0, 2)).toEqual(["clearRect", "drawImage"]);
    expect(names.lastIndexOf("fillRect")).toBeLessThan(names.indexOf("strokeRect"));
    expect(context.of("strokeRect").map((call) => call.strokeStyle)).toEqual([
      "#000",
      "#fff",
      "#000",
      "#ffdd00",
    ]);
  });

  const dimmed = (changes: Partial<Scene>) => {
    const before = context.calls.length;
    paint(canvas, sceneOf(changes), 210, 150);
    const fills = context.calls.slice(before).filter((call) => call.name === "fillRect");
    return fills.filter((call) => call.fillStyle.startsWith("rgba(0, 0, 0")).map((call) => call.args);
  };

  test("dim all but the selection where only it is kept", () => {
    expect(dimmed({ selected: new Set([1]), keep: true })).toEqual([BOXES[0], BOXES[2], [0, 60, 210, 90]]);
    const top = new Set([0, 1, 2]);
    expect(dimmed({ selected: top, keep: true })).toEqual([[0, 60, 210, 90]]);
  });

  test("dim several cells that are hidden together, but not one alone", () => {
    expect(dimmed({ selected: new Set([1, 3]) })).toEqual([BOXES[1], BOXES[3]]);
    expect(dimmed({ selected: new Set([1]) })).toEqual([]);
  });
});

describe("the pale copy", () => {
  let one: FakeContext;

  beforeEach(() => {
    vi.restoreAllMocks();
    one = fakeCanvas();
  });

  test("is as large as the picture", () => {
    fakePictures();
    const copy = paleCopy(new Image());
    expect([copy.width, copy.height]).toEqual([7, 5]);
  });

  test("is in colour, muted by a third and lighter by an eighth, and keeps its opacity", () => {
    fakePictures();
    const picture = new Image();
    const [black, white] = [[0, 0, 0, 255], [255, 255, 255, 255]];
    const [red, green, blue] = [[255, 0, 0, 128], [0, 255, 0, 128], [0, 0, 255, 128]];
    const pixels = [black, white, red, green, blue].flat();
    one.image = { data: new Uint8ClampedArray(pixels) };
    paleCopy(picture);
    // Red is 0.299 × 255 = 76.2 of grey: its own channel is 30.6 + 0.88 × (0.35 × 76.2 + 0.65 × 255) = 199.9, the
    // others 30.6 + 0.88 × 0.35 × 76.2 = 54.1.
    expect([...one.image.data]).toEqual(
      [
        [31, 31, 31, 255],
        [255, 255, 255, 255],
        [200, 54, 54, 128],
        [77, 223, 77, 128],
        [40, 40, 185, 128],
      ].flat(),
    );
    expect(one.args("drawImage")).toEqual([[picture, 0, 0]]);
    expect(one.args("getImageData")).toEqual([[0, 0, 7, 5]]);
    expect(one.args("putImageData")).toEqual([[one.image, 0, 0]]);
  });

  test("of a picture without pixels is empty", () => {
    const copy = paleCopy(new Image());
    expect([copy.width, copy.height]).toEqual([0, 0]);
    expect(one.calls).toEqual([]);
  });
});
