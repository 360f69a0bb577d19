import { beforeEach, describe, expect, test, vi } from "vitest";
import { mountComparison } from "../../src/comparison/view";
import * as outlines from "../../src/grid/outlines";
import * as painting from "../../src/grid/paint";
import type { MethodRequest, MapRecord, Traits } from "../../src/model/comparison_protocol";
import type { Host } from "../../src/model/widget_model";
import { fakeCanvas, type FakeContext, fakeFrames, fakePictures, fakeSizes } from "../support/browser";
import { bytesOf, scoresOf } from "../support/bytes";
import { comparison, GRAD_CAM, mapRecord, metricValues, StrictComparison, underFill } from "../support/comparison";
import { buttonOf, controlOf, find, HTML, settled, texts } from "../support/elements";
import { enter, pointAt, pressKey } from "../support/events";
import { fakeConnection } from "../support/explorer";

// All files of a worker share their modules: load these anew, so that they get the spies.
vi.hoisted(() => vi.resetModules());
vi.mock("../../src/grid/paint", { spy: true });
vi.mock("../../src/grid/outlines", { spy: true });

let context: FakeContext;
let frames: ReturnType<typeof fakeFrames>;
let pictures: ReturnType<typeof fakePictures>;
let controller: AbortController;
let connection: ReturnType<typeof fakeConnection>;
let model: StrictComparison;
let root: HTMLElement;

beforeEach(() => {
  context = fakeCanvas();
  frames = fakeFrames();
  pictures = fakePictures();
  fakeSizes();
  vi.mocked(painting.paint).mockClear();
  controller = new AbortController();
  return () => controller.abort();
});

async function show(changes: Partial<Traits> = {}, host: Host = "kernel"): Promise<void> {
  model = new StrictComparison(comparison(changes));
  connection = fakeConnection(host);
  document.body.replaceChildren();
  mountComparison(model, document.body, controller.signal, connection);
  root = find(document, ".gx-root");
  await drawn();
}

async function drawn(): Promise<void> {
  await settled();
  frames.run();
}

async function receive(changes: Partial<Traits>): Promise<void> {
  model.receive(changes);
  await drawn();
}

const panel = (place: number) => root.querySelectorAll<HTMLElement>(".gx-panel")[place + 1]!;
const within = (place: number, selector: string) => find(panel(place), selector);
const method = (place: number) => find<HTMLSelectElement>(panel(place), "select[aria-label=Method]");
const layer = (place: number) => find<HTMLSelectElement>(panel(place), ".gx-map-layer select");
const control = <T extends HTMLElement>(name: string) => controlOf<T>(find(root, ".gx-controls"), name);
const button = () => find<HTMLButtonElement>(root, ".gx-run-button");

/** A pointer event at a fraction of a map, and the frame that it asks for. */
function point(map: HTMLElement, type: string, x = 0, y = 0): void {
  pointAt(find(map, "canvas"), type, x, y);
  frames.run();
}

function click(map: HTMLElement, x: number, y: number): void {
  point(map, "pointerdown", x, y);
  point(map, "pointerup", x, y);
}

function press(map: HTMLElement, key: string): void {
  pressKey(find(map, "[role=grid]"), key);
  frames.run();
}

/** What the last frame shows of each map. */
const scenes = () => vi.mocked(painting.paint).mock.calls.slice(-model.get("methods").length).map(([, scene]) => scene);

describe("the maps", () => {
  test("stand in the order of the methods, after the picture", async () => {
    await show();
    expect([...root.querySelectorAll(".gx-panel")].map((node) => node.getAttribute("aria-label"))).toEqual(
      ["Picture", "Occlusion", "Grad-CAM"],
    );
  });

  test("are painted as shares of their own largest value", async () => {
    await show();
    const [occlusion, gradCam] = scenes();
    expect([...occlusion!.drops].slice(0, 2)).toEqual([1, -0.5]);
    expect([...gradCam!.drops].slice(0, 2)).toEqual([1, 0.5]);
    expect(occlusion!.appearance.scale).toBe("absolute");
  });

  test("that have not come are of cells that are not known", async () => {
    await show({ maps: [] });
    expect(scenes().map(({ drops }) => [...drops])).toEqual([Array(6).fill(NaN), Array(6).fill(NaN)]);
    expect(within(1, ".gx-state-text").textContent).toBe("Waiting");
    expect(find(root, ".gx-legend-pending").hidden).toBe(false);
  });

  test("tell what they took", async () => {
    await show();
    expect(texts(root, ".gx-state-text")).toEqual(["7 model calls, 1.2 s", "1 call + 1 gradient, <0.1 s"]);
    expect(find(root, ".gx-legend-pending").hidden).toBe(true);
  });

  test("tell how far they are", async () => {
    const running = mapRecord({ status: "running", values: null });
    await show({ status: "running", maps: [running], progress: [null] });
    expect(within(0, ".gx-state-text").textContent).toBe("Running");
    expect(within(0, ".gx-progress").hidden).toBe(true);
    await receive({ progress: [[3, 12]] });
    expect(within(0, ".gx-state-text").textContent).toBe("3 of 12");
    expect(within(0, ".gx-progress-bar").style.width).toBe("25%");
    await receive({ status: "stopped" });
    expect(within(0, ".gx-state-text").textContent).toBe("Stopped after 3 of 12");
    expect(within(0, ".gx-progress").hidden).toBe(true);
  });

  test("that failed say why, as text, and stay", async () => {
    await show({ maps: [mapRecord({ status: "failed", error: HTML, values: null })] });
    expect(within(0, ".gx-map-failed").textContent).toBe(HTML);
    expect([within(0, ".gx-map").hidden, within(0, ".gx-map-failed").hidden]).toEqual([true, false]);
    expect(root.querySelector("img[src=x]")).toBeNull();
    await receive({ maps: [mapRecord()] });
    expect([within(0, ".gx-map").hidden, within(0, ".gx-map-failed").hidden]).toEqual([false, true]);
  });

  test("tell what the full colour is while no cell is marked", async () => {
    await show();
    expect(texts(root, ".gx-map-reading")).toEqual(["full colour: 50.0 points", "full colour: 2.00"]);
  });
});

describe("figures", () => {
  const blurred = underFill({ fill: "blur", deletion: 0.3, srg: 0.1 });
  const known = metricValues({ under: [underFill(), blurred] });
  const worse = metricValues({
    under: [
      underFill({ deletion: 0.25, srg: 0.02, verdict: "No better than random orders." }),
      { ...blurred, bands: {}, ranks: false },
    ],
    foretells: 0.71,
    inside: 0.6,
    pointing: true,
    doubt: "Nothing reliable.",
    beside: { foretells: "random −0.30 to 0.28", randomised: "", pointing: "", inside: "chance 0.08" },
  });
  const maps = [mapRecord({ figures: known }), mapRecord({ ...GRAD_CAM, figures: worse })];

  test("stand below the map that has them, under each fill, with what random orders reach", async () => {
    await show({ maps: [mapRecord(), maps[1]!] });
    expect(texts(panel(0), "th")).toEqual([]);
    expect(texts(panel(1), "th")).toEqual([
      "by gray",
      "by blur",
      "Deletion ↓, lower is betterrandom orders",
      "Insertion ↑, higher is betterrandom orders",
      "SRG ↑, higher is betterrandom orders",
    ]);
    expect(texts(panel(1), ".gx-metrics td")).toEqual([
      "",
      "0.25 random orders 0.20 to 0.30",
      "0.30",
      "0.40 random orders 0.20 to 0.30",
      "0.40",
      "+0.02 random orders ±0.05",
      "+0.10",
    ]);
    expect(texts(panel(1), "[data-flat]").length).toBe(3);
    expect(texts(panel(1), ".gx-audit-verdict")).toEqual(["Nothing reliable.", "No better than random orders."]);
    expect(texts(panel(1), "dt")).toEqual([
      "Foretells ↑, higher is better",
      "Pointing",
      "Inside ↑, higher is better",
    ]);
    expect(texts(panel(1), "dd")).toEqual([
      "0.71 (random −0.30 to 0.28)",
      "✓ hit",
      "0.60 (chance 0.08)",
    ]);
  });

  test("that are the best stand out, and are said to be", async () => {
    await show({ maps });
    expect(texts(root, ".gx-best")).toEqual(["0.10, the best", "+0.30, the best"]);
  });

  test("have words above them that say how far to trust the map", async () => {
    const trust = { level: "low", reasons: ["its order is random", "it stays"] } as const;
    await show({ maps: [mapRecord({ figures: known, trust: { ...trust, reasons: [...trust.reasons] } }), maps[1]!] });
    expect(texts(panel(0), ".gx-trust")).toEqual(["Trust: low; its order is random; it stays"]);
    expect(find(panel(0), ".gx-trust").dataset["level"]).toBe("low");
    expect(find(panel(0), ".gx-trust").nextElementSibling?.className).toBe("gx-figures");
    expect(find(panel(1), ".gx-trust").hidden).toBe(true);
  });

  test("are explained", async () => {
    await show();
    expect(texts(root, ".gx-glossary dd").length).toBe(7);
    expect(find(root, ".gx-glossary").textContent).toContain("filled with gray, then with blur");
  });
});

describe("notes", () => {
  const noted = (...notes: string[]): MapRecord =>
    mapRecord({ notes, derived: "cells: sum", figures: metricValues({ notes: ["Many ties."] }) });

  test("can be opened, with how the map was made", async () => {
    await show({ maps: [noted(HTML)] });
    expect(within(0, "summary").textContent).toBe("i2 notes");
    expect(texts(panel(0), ".gx-map-facts p")).toEqual([
      HTML,
      "Many ties.",
      "2×3 cells, each hidden by cell-mean; cells: sum.",
      "The metrics took 14 more model calls, and random orders 50, once for all maps.",
    ]);
  });

  test("stay open while their map changes", async () => {
    await show({ maps: [noted("One.")] });
    (within(0, "details") as HTMLDetailsElement).open = true;
    await receive({ maps: [noted("One.", "Two.")] });
    expect((within(0, "details") as HTMLDetailsElement).open).toBe(true);
    expect(within(0, "summary").textContent).toBe("i3 notes");
  });

  test("are none where there is nothing to say", async () => {
    await show({ maps: [] });
    expect(within(0, "details").hidden).toBe(true);
  });
});

describe("a cell that is pointed at", () => {
  test("is marked in every map and in the picture", async () => {
    await show();
    vi.mocked(outlines.outlineHovered).mockClear();
    point(panel(0), "pointermove", 0.9, 0.9);
    expect(scenes().map(({ hovered }) => hovered)).toEqual([5, 5]);
    expect(outlines.outlineHovered).toHaveBeenCalledTimes(3);
    expect(find(root, ".gx-readout-place").textContent).toBe("Row 2, column 3");
    expect(texts(root, ".gx-map-reading")).toEqual(["−25.0 points · 2nd strongest for", "0"]);
  });

  test("is marked from the picture as well, until the pointer leaves", async () => {
    await show();
    const picture = find(root, ".gx-picture");
    point(picture, "pointermove", 0.1, 0.1);
    expect(scenes().map(({ hovered }) => hovered)).toEqual([0, 0]);
    point(picture, "pointerleave");
    expect(scenes().map(({ hovered }) => hovered)).toEqual([null, null]);
    expect(find(root, ".gx-readout-place").textContent).toContain("Point at a cell");
  });

  test("paints no cell and no line of a map anew", async () => {
    await show();
    context.calls.length = 0;
    point(panel(0), "pointermove", 0.9, 0.9);
    expect(context.of("fillRect")).toEqual([]);
    expect(context.of("strokeRect").length).toBe(6);
  });

  test("changes no trait", async () => {
    await show();
    point(panel(0), "pointermove", 0.9, 0.9);
    expect(model.saved).toEqual([]);
  });
});

describe("a cell that is clicked", () => {
  const evidence: Traits["evidence"] = { cell: [1, 2], drop: 0.6, classes: [[1, 0.75, 0.12], [0, 0.2, 0.6]] };
  const answer = () => find(root, ".gx-readout-answer").textContent;

  test("is asked about", async () => {
    await show();
    click(panel(1), 0.9, 0.9);
    await drawn();
    expect(model.saved).toEqual([{ value: [[1, 2]] }]);
    expect(answer()).toBe("With row 2, column 3 hidden: asking the model …");
    await receive({ evidence });
    expect(answer()).toBe("With row 2, column 3 hidden: dog 75.0% → 12.0%, cat 20.0% → 60.0%");
    expect(find(root, "[aria-live]").textContent).toBe(answer());
    expect(texts(root, ".gx-picture-classes .gx-change")).toEqual(["−63.0", "+40.0"]);
  });

  test("has no answer while there is one of another", async () => {
    await show({ evidence, value: [[0, 0]] });
    expect(answer()).toBe("With row 1, column 1 hidden: asking the model …");
    expect(texts(root, ".gx-picture-classes .gx-change")).toEqual([]);
    await receive({ error: "RuntimeError: out of memory" });
    expect(answer()).toContain("the model gave no answer");
  });

  test("is the one where a finger or a slipping mouse is lifted", async () => {
    await show();
    point(panel(0), "pointerdown", 0.1, 0.1);
    point(panel(0), "pointermove", 0.9, 0.9);
    expect(scenes()[1]!.hovered).toBe(5);
    point(panel(0), "pointerup", 0.9, 0.9);
    expect(model.saved).toEqual([{ value: [[1, 2]] }]);
  });

  test("is asked of nobody once the kernel is gone", async () => {
    await show({}, "gone");
    click(panel(0), 0.9, 0.9);
    await drawn();
    expect(model.saved).toEqual([]);
    expect(answer()).toContain("the kernel is gone");
    expect(texts(root, ".gx-map-reading")[0]).toBe("−25.0 points · 2nd strongest for");
  });

  test("has the answer that came while there was a kernel", async () => {
    await show({ evidence }, "gone");
    click(panel(0), 0.1, 0.1);
    await drawn();
    expect(answer()).toBe("With row 1, column 1 hidden: not known, and the kernel is gone.");
    click(panel(0), 0.9, 0.9);
    await drawn();
    expect(answer()).toBe("With row 2, column 3 hidden: dog 75.0% → 12.0%, cat 20.0% → 60.0%");
  });

  test("has long labels cut, and whole in a hint", async () => {
    await show({ labels: [HTML, "dog"], evidence, value: [[1, 2]] });
    const labels = [...root.querySelectorAll<HTMLElement>(".gx-readout .gx-label")];
    expect(labels.map(({ title, textContent }) => [title, textContent])).toEqual([["dog", "dog"], [HTML, HTML]]);
  });
});

describe("the keyboard", () => {
  test("goes from cell to cell in all maps, and clicks", async () => {
    await show();
    press(panel(0), "ArrowDown");
    press(panel(0), "ArrowRight");
    expect(scenes().map(({ active, hovered }) => [active, hovered])).toEqual([[4, null], [null, 4]]);
    press(panel(0), "Enter");
    expect(model.get("value")).toEqual([[1, 1]]);
    press(panel(0), "Escape");
    expect(model.get("value")).toEqual([]);
  });

  test("finds each map under its name, and the cell's number in it", async () => {
    await show();
    press(panel(1), "ArrowRight");
    expect(within(1, "[role=grid]").getAttribute("aria-label")).toBe("Map of Grad-CAM");
    expect(within(1, "[role=gridcell]").textContent).toBe("Row 1, column 2, 1.00 · 2nd strongest for");
    expect(find(root, ".gx-picture [role=gridcell]").textContent).toBe("Row 1, column 2");
  });
});

describe("a method", () => {
  test("is chosen among those that can be had", async () => {
    await show();
    const options = [...method(0).options].map(({ text, disabled, title }) => [text, disabled, title]);
    expect(options).toEqual([
      ["Occlusion", false, ""],
      ["Grad-CAM", false, ""],
      ["Score-CAM", false, ""],
      ["CAM", true, "needs global average pooling"],
    ]);
    enter(method(0), "score-cam");
    expect(model.saved).toEqual([{ methods: [["score-cam", ""], ["grad-cam", ""]] }]);
    await drawn();
    expect(panel(0).getAttribute("aria-label")).toBe("Score-CAM");
    expect(within(0, ".gx-map-reading").textContent).toBe("");
  });

  test("keeps its layer where the next one takes one as well", async () => {
    await show({ methods: [["grad-cam", "conv1"]] });
    enter(method(0), "score-cam");
    expect(model.get("methods")).toEqual([["score-cam", "conv1"]]);
    enter(method(0), "occlusion");
    expect(model.get("methods")).toEqual([["occlusion", ""]]);
  });

  test("that is not offered is listed all the same", async () => {
    await show({ methods: [["lrp", ""]], maps: [] });
    expect(method(0).value).toBe("lrp");
  });

  test("is shown with what is said about it", async () => {
    const sampled = { method: "rise", title: "RISE, samples=50", layer: "samples=50" };
    const offered: Traits["offered"] = [["rise", "RISE", false, ""], ["grad-cam", "Grad-CAM", true, ""]];
    const methods: MethodRequest[] = [["rise", "samples=50"], ["grad-cam", "conv1, channels=8"]];
    await show({ offered, methods, maps: [mapRecord(sampled)] });
    expect(method(0).selectedOptions[0]!.text).toBe("RISE");
    expect(within(0, ".gx-map-used").textContent).toBe("samples=50");
    expect(panel(0).getAttribute("aria-label")).toBe("RISE, samples=50");
    expect([within(0, ".gx-map-used").hidden, layer(0).hidden]).toEqual([false, true]);
    expect([within(1, ".gx-map-used").hidden, layer(1).hidden]).toEqual([true, false]);
    expect(layer(1).selectedOptions[0]!.text).toBe("conv1, channels=8");
    expect(panel(1).getAttribute("aria-label")).toBe("Grad-CAM, conv1, channels=8");
    enter(layer(1), "conv2");
    expect(model.get("methods")).toEqual([methods[0], ["grad-cam", "conv2"]]);
  });

  test("leaves what was said about another one", async () => {
    await show({ methods: [["rise", "samples=50"], ["grad-cam", "conv1, channels=8"]], maps: [] });
    enter(method(0), "grad-cam");
    enter(method(1), "score-cam");
    expect(model.get("methods")).toEqual([["grad-cam", ""], ["score-cam", ""]]);
  });

  test("takes a layer, or does not", async () => {
    await show();
    expect(layer(0).hidden).toBe(true);
    expect([...layer(1).options].map(({ text }) => text)).toEqual(["last layer (conv2)", "conv1", "conv2"]);
    enter(layer(1), "conv1");
    expect(model.saved).toEqual([{ methods: [["occlusion", ""], ["grad-cam", "conv1"]] }]);
  });

  test("of several layers is shown with them", async () => {
    await show({ methods: [["grad-cam", "conv1+conv2"]], maps: [] });
    expect(layer(0).value).toBe("conv1+conv2");
  });

  test("takes none of a closed model", async () => {
    await show({ layers: [] });
    expect(layer(1).hidden).toBe(true);
  });

  test("is taken away, and what is open in the others stays so", async () => {
    await show({ maps: [mapRecord(), mapRecord({ ...GRAD_CAM, notes: ["One."] })] });
    (within(1, "details") as HTMLDetailsElement).open = true;
    const kept = panel(1);
    within(0, ".gx-remove").click();
    await drawn();
    expect(model.saved).toEqual([{ methods: [["grad-cam", ""]] }]);
    expect(panel(0)).toBe(kept);
    expect((within(0, "details") as HTMLDetailsElement).open).toBe(true);
    expect(document.activeElement).toBe(within(0, ".gx-remove"));
    expect(within(0, ".gx-state-text").textContent).toBe("1 call + 1 gradient, <0.1 s");
    within(0, ".gx-remove").click();
    expect(document.activeElement).toBe(control("Add a method"));
  });

  test("is added at the end", async () => {
    await show();
    enter(control("Add a method"), "score-cam");
    await drawn();
    const request: MethodRequest[] = [["occlusion", ""], ["grad-cam", ""], ["score-cam", ""]];
    expect(model.saved).toEqual([{ methods: request }]);
    expect(control<HTMLSelectElement>("Add a method").value).toBe("");
    expect(panel(2).getAttribute("aria-label")).toBe("Score-CAM");
  });

  test("that cannot be had is told with its reason", async () => {
    await show();
    const refused = find(root, ".gx-refused");
    expect(find(refused, "summary").textContent).toBe("1 method cannot be used with this model");
    expect(texts(refused, "dt, dd")).toEqual(["CAM", "needs global average pooling"]);
    await receive({ offered: [["occlusion", "Occlusion", false, ""]] });
    expect(refused.hidden).toBe(true);
  });
});

describe("the head", () => {
  test("asks for another class, found by its name", async () => {
    await show();
    const why = control<HTMLInputElement>("Why");
    expect(why.value).toBe("dog");
    why.focus();
    enter(why, "cat");
    pressKey(why, "Enter");
    expect(model.saved).toEqual([{ target: 0 }]);
    await drawn();
    expect(why.value).toBe("cat");
  });

  test("waits for the classes", async () => {
    await show({ prediction: {}, labels: [] });
    expect(control<HTMLInputElement>("Why").disabled).toBe(true);
  });

  test.each([
    ["running", "Stop", "stop"],
    ["stopped", "Resume", "start"],
    ["error", "Try again", "start"],
  ] as const)("while %s offers %s", async (status, text, type) => {
    await show({ status, maps: [mapRecord()] });
    expect(button().textContent).toBe(text);
    button().click();
    expect(model.sent).toEqual([{ type }]);
  });

  test("has nothing to stop once all is done", async () => {
    await show();
    expect(button().hidden).toBe(true);
    await receive({ status: "stopped" });
    expect(button().hidden).toBe(true);
    expect(find(root, ".gx-head-state").textContent).toBe("2 of 2 maps are done");
  });

  test("offers another try where a map failed", async () => {
    await show({ maps: [mapRecord(), mapRecord({ ...GRAD_CAM, status: "failed" })] });
    expect([button().textContent, button().hidden]).toEqual(["Try again", false]);
    button().click();
    expect(model.sent).toEqual([{ type: "start" }]);
  });

  test("has nothing to do without a map", async () => {
    await show({ methods: [], maps: [], progress: [] });
    expect(button().hidden).toBe(true);
    expect(find(root, ".gx-head-state").textContent).toBe("No maps: add a method");
  });
});

describe("the settings", () => {
  const setting = <T extends HTMLElement>(name: string) => controlOf<T>(find(root, ".gx-settings"), name);

  test("have weights randomised, where there are some", async () => {
    await show();
    setting<HTMLInputElement>("Randomise").click();
    expect(model.saved).toEqual([{ randomise: true }]);
    await receive({ layers: [] });
    expect(setting<HTMLInputElement>("Randomise").disabled).toBe(true);
  });

  test("choose another grid and what hides the cells", async () => {
    await show();
    const range = setting<HTMLInputElement>("Grid");
    range.value = "3";
    range.dispatchEvent(new Event("input"));
    enter(setting("Hide with"), "blur");
    expect(model.saved.map((sent) => Object.keys(sent))).toEqual([["grid_size"], ["map_fill"]]);
    const fills = [...setting<HTMLSelectElement>("Hide with").options];
    expect(fills.map(({ text, disabled }) => [text, disabled])).toEqual([
      ["each cell's average colour", false],
      ["a blurred picture", false],
      ["a repair of the hole: not installed", true],
    ]);
  });

  test("cannot be changed once the kernel is gone", async () => {
    await show({}, "gone");
    const controls = [setting<HTMLInputElement>("Grid"), setting<HTMLSelectElement>("Hide with"), setting<HTMLInputElement>("Randomise")];
    expect(controls.map(({ disabled }) => disabled)).toEqual([true, true, true]);
  });
});

describe("the tools", () => {
  const tool = (text: string) => buttonOf(root, text);

  test("save the sheet and the page", async () => {
    await show();
    tool("Sheet (.png)").click();
    tool("Page (.html)").click();
    expect(model.sent.map((command) => command.type === "save" && command.format)).toEqual(["png", "html"]);
  });

  test("open another picture; the maps of the one before answer nothing meanwhile", async () => {
    await show();
    const file = new File(["a picture"], "cat.png", { type: "image/png" });
    root.dispatchEvent(Object.assign(new Event("drop", { cancelable: true }), { dataTransfer: { files: [file] } }));
    await settled();
    expect(model.sent).toEqual([{ type: "explain", name: "cat.png" }]);
    expect(find(root, ".gx-reading").textContent).toContain("Reading “cat.png”");
    expect(find(root, ".gx-panels").inert).toBe(true);
    await receive({ picture: bytesOf(9) });
    expect(find(root, ".gx-panels").inert).toBe(false);
  });
});

describe("what is told to those who do not see it", () => {
  const live = () => find(root, "[aria-live=polite]").textContent;

  test("is how many maps are done, when that changes", async () => {
    await show({ status: "running", maps: [mapRecord()] });
    expect(live()).toBe("1 of 2 maps are done");
    await receive({ maps: [mapRecord(), mapRecord({ ...GRAD_CAM, status: "failed" })] });
    expect(live()).toBe("1 of 2 maps are done; Grad-CAM failed");
  });

  test("is an error", async () => {
    await show({ error: HTML });
    expect(find(root, "[role=alert]").textContent).toBe(HTML);
    await receive({ error: "" });
    expect(find(root, "[role=alert]").hidden).toBe(true);
  });
});

describe("without a kernel", () => {
  test("what is there can be read", async () => {
    await show({ status: "running", maps: [mapRecord()] });
    connection.become("gone");
    await drawn();
    expect(find(root, ".gx-offline").hidden).toBe(false);
    expect([method(0).disabled, layer(1).disabled, button().hidden]).toEqual([true, true, true]);
    expect([root.dataset["host"], root.dataset["status"]]).toEqual(["gone", "stopped"]);
    expect(find(root, ".gx-head-state").textContent).toBe("1 of 2 maps are done; stopped");
  });

  test("nothing is stopped that is finished", async () => {
    await show({ status: "running" }, "gone");
    expect(find(root, ".gx-head-state").textContent).toBe("2 of 2 maps are done");
    expect([button().hidden, root.dataset["status"]]).toEqual([true, "done"]);
  });

  test("a page has no controls, but names", async () => {
    await show({}, "page");
    expect(control<HTMLInputElement>("Why").value).toBe("dog");
    expect(find(root, ".gx-why").inert).toBe(true);
    expect(find(root, ".gx-tools").hidden).toBe(true);
    expect(method(0).hidden && layer(1).hidden && button().hidden).toBe(true);
    expect(texts(root, ".gx-map-title:not([hidden])")).toEqual(["Picture", "Occlusion", "Grad-CAM"]);
    expect(texts(root, ".gx-map-used:not([hidden])")).toEqual(["layer conv2"]);
    expect(find(root, ".gx-refused").hidden).toBe(true);
  });
});

describe("the picture", () => {
  test("is decoded once, and gives the maps their shape", async () => {
    await show();
    await receive({ maps: [] });
    expect(pictures.create).toHaveBeenCalledOnce();
    expect(find(root, ".gx-panels").style.getPropertyValue("--gx-shape")).toBe("1.4");
  });

  test("that cannot be decoded is said to be so, until another one can", async () => {
    pictures.decode.mockRejectedValueOnce(new Error("no PNG"));
    await show();
    expect([...root.querySelectorAll<HTMLElement>(".gx-error")].filter((node) => !node.hidden).length).toBe(1);
    expect(find(root, ".gx-panels").hidden).toBe(true);
    await receive({ picture: bytesOf(9) });
    expect(find(root, ".gx-panels").hidden).toBe(false);
  });

  test("shows what the model believes", async () => {
    await show();
    expect(texts(root, ".gx-picture-classes .gx-label")).toEqual(["dog", "cat"]);
  });

  test("shows five classes of those that can be asked about", async () => {
    const labels = Array.from({ length: 20 }, (_, index) => `class ${index}`);
    const top = labels.map((_, index): [number, number] => [index, 0.05]);
    await show({ labels, prediction: { target: 9, probability: 0.05, top } });
    expect(texts(root, ".gx-picture-classes .gx-label")).toEqual(labels.slice(0, 5));
  });
});

test("one message is one update and one frame", async () => {
  await show();
  model.receive({ maps: [mapRecord({ values: scoresOf(1, 2, 3, 4, 5, 6) })], status: "done", error: "no" });
  await settled();
  expect(frames.run()).toBe(1);
});

test("a view that ends leaves nothing behind", async () => {
  await show();
  controller.abort();
  expect(model.listening()).toBe(0);
  expect(document.body.childElementCount).toBe(0);
});
