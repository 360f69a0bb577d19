import { beforeEach, describe, expect, test, vi } from "vitest";
import { snapshot } from "../../src/grid/snapshot";
import type { Headline, Traits } from "../../src/model/explorer_protocol";
import { fakeCanvas, type FakeContext } from "../support/browser";
import { scoresOf } from "../support/bytes";
import { StrictModel, traits } from "../support/explorer";

let context: FakeContext;
let map: HTMLCanvasElement;
let drawn: HTMLCanvasElement[];
let blob: Blob | null;

beforeEach(() => {
  context = fakeCanvas();
  [drawn, blob] = [[], new Blob(["png"])];
  vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation(function (
    this: HTMLCanvasElement,
    done,
    type,
  ) {
    expect(type).toBe("image/png");
    drawn.push(this);
    done(blob);
  });
  map = mapOf(800, 600, 400);
});

/** A canvas of width × height device pixels, shown `shown` CSS pixels wide. */
function mapOf(width: number, height: number, shown: number): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [width, height];
  vi.spyOn(canvas, "clientWidth", "get").mockReturnValue(shown);
  return canvas;
}

const take = (changes: Partial<Traits> = {}) => snapshot(new StrictModel(traits(changes)), map);
const lines = () => context.args("fillText").map(([text]) => text);

describe("the picture", () => {
  test("holds the map as it is shown, pixel by pixel", async () => {
    await take();
    expect(context.args("scale")).toEqual([[2, 2]]);
    // 400×300 at a scale of 2: none of its 800×600 pixels is stretched.
    expect(context.args("drawImage")).toEqual([[map, 12, 84, 400, 300]]);
  });

  test("has room for the map, three lines above it and the legend below it", async () => {
    await take();
    expect([drawn[0]!.width, drawn[0]!.height]).toEqual([2 * (480 + 24), 2 * (300 + 48 + 80)]);
  });

  test("is wide enough for its words beside a narrow map", async () => {
    map = mapOf(100, 300, 100);
    await take();
    expect(drawn[0]!.width).toBe(480 + 24);
    expect(context.args("drawImage")).toEqual([[map, 12, 84, 100, 300]]);
  });

  test("is white below its words, in any theme", async () => {
    await take();
    const [ground] = context.of("fillRect");
    expect(ground?.fillStyle).toBe("#fff");
    expect(ground?.args).toEqual([0, 0, drawn[0]!.width, drawn[0]!.height]);
  });
});

describe("the words", () => {
  const CAVEAT = "Hidden cells are new to the model.";

  test("are the sentence, how it was asked, what a reader must know and the legend", async () => {
    await take();
    expect(lines()).toEqual([
      "The model says dog.",
      "TinyNet · 2 × 3 cells · hidden by each cell's average colour",
      CAVEAT,
      "speaks against dog +50",
      "−50 points if hidden speaks for dog",
    ]);
  });

  test.each([
    ["alone", "Alone.", "each hidden alone by grey", "speaks against dog +50", "−50 points if hidden speaks for dog"],
    ["together", "Both.", "hidden together in handfuls by grey", "speaks against it +20", "−20 points if hidden with others speaks for it"],
  ] as const)("tell the map %s from the other, and how far to believe it", async (map, says, how, ...ends) => {
    const told = { value: 0.5, low: -0.3, high: 0.3, probes: 30, reliable: true, text: `Of ${map}.` };
    const together = scoresOf(0.1, 0.2, 0, 0, 0, 0);
    const headline: Headline = { alone: [["Alone.", true]], together: [["Both", true], [".", false]] };
    const labels = ["cat", map === "alone" ? "dog" : "golden retriever", "fox", "owl"];
    const about = { model: "TinyNet", text: "", how: { [map]: how }, caveat: CAVEAT };
    await take({ map, together, foretells: { [map]: told }, headline, about, labels });
    expect(lines().slice(0, -3)).toEqual([says, `Of ${map}.`, how]);
    expect(lines().slice(-3)).toEqual([CAVEAT, ...ends]);
  });

  test("name the class in the legend only where that has room: it is never cut off", async () => {
    for (const name of ["hen", "golden eagle", "German short-haired pointer"]) {
      context.calls.length = 0;
      await take({ labels: ["cat", name, "fox", "owl"] });
      const [last] = context.of("fillText").slice(-1);
      const [text, left] = last!.args as [string, number];
      expect(left + 6 * text.length).toBeLessThanOrEqual(480 + 12);
      expect(text).toBe(`−50 points if hidden speaks for ${name === "hen" ? name : "it"}`);
    }
  });

  test("are broken to the width of the map", async () => {
    map = mapOf(700, 300, 700);
    await take({ headline: { alone: [[Array(40).fill("seven77").join(" "), false]] } });
    const broken = lines().slice(0, 3) as string[];
    expect(broken.map((line) => line.split(" ").length)).toEqual([14, 14, 12]); // 14 × 8 − 1 letters of 6 each
    expect(context.args("fillText").slice(0, 3).map(([, x, y]) => [x, y])).toEqual([[12, 12], [12, 32], [12, 52]]);
  });

  test("say of drops beyond the scale what the legend says", async () => {
    await take({ scores: scoresOf(12), score: "log-odds", scale: "absolute" });
    expect(lines().slice(-2)).toEqual(["speaks against it ≥ +10", "≤ −10 log-odds if hidden speaks for it"]);
  });

  test("say nothing that is not known yet", async () => {
    await take({ prediction: {}, about: {}, grid: {}, scores: scoresOf(), headline: {} });
    expect(lines().slice(0, -2)).toEqual([""]);
  });
});

test("the legend has the colours of the map", async () => {
  await take({ colormap: "red-blue", opacity: 1 });
  const bar = context.of("fillRect").at(-1)!;
  expect(String(bar.fillStyle)).toBe("0 #008bfbff, 0.5 #008bfb00, 0.5 #ff005100, 1 #ff0051ff");
});

describe("the file", () => {
  test("is what the canvas gives", async () => {
    expect((await take()).blob).toBe(blob);
  });

  test.each([
    ["dog", "dog-2x3.png"],
    ["golden_retriever", "golden_retriever-2x3.png"],
    ["Grüner Bär 3", "Grüner-Bär-3-2x3.png"],
    ["../../etc/passwd", "etc-passwd-2x3.png"],
    ['<img src=x onerror="1">', "img-src-x-onerror-1-2x3.png"],
    ["…", "explanation-2x3.png"],
    ["", "explanation-2x3.png"],
    ["a".repeat(80), `${"a".repeat(60)}-2x3.png`],
  ])("of “%s” is called %s", async (label, name) => {
    expect((await take({ labels: ["cat", label, "fox", "owl"] })).name).toBe(name);
  });

  test("is none where the canvas gives none", async () => {
    blob = null;
    await expect(take()).rejects.toThrow("The canvas could not be encoded as PNG.");
  });

  test("is none where no map is shown", async () => {
    map = mapOf(300, 150, 0);
    await expect(take()).rejects.toThrow("No map is visible.");
  });

  test("is none where there is no canvas", async () => {
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    await expect(take()).rejects.toThrow("This browser provides no canvas.");
  });
});
