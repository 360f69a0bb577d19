import { beforeEach, describe, expect, test } from "vitest";
import { evidenceView, type EvidenceView } from "../../src/evidence/evidence_view";
import type { Evidence, Traits } from "../../src/model/explorer_protocol";
import type { Cell, Host } from "../../src/model/widget_model";
import { fakePictures } from "../support/browser";
import { bytesOf, scoresOf } from "../support/bytes";
import { find, HTML, settled, texts } from "../support/elements";
import { evidence, progress, StrictModel, traits } from "../support/explorer";

const TWO: Cell[] = [[0, 0], [1, 2]];
const THREE: Cell[] = [...TWO, [0, 1]];

let pictures: ReturnType<typeof fakePictures>;
let model: StrictModel;
let view: EvidenceView;
let host: Host;
let controller: AbortController;

beforeEach(() => {
  controller = new AbortController();
  pictures = fakePictures();
  host = "kernel";
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ scores: scoresOf(0.5, -0.2, 0.1, 0, 0.06, 0.25), ...changes }));
  view = evidenceView(model, controller.signal, () => host);
  view.update();
}

/** The cells of an evidence are those that are selected. */
function showEvidence(changes: Partial<Evidence> = {}, others: Partial<Traits> = {}): void {
  const answer = evidence(changes);
  show({ evidence: answer, value: answer.cells, keep: answer.keep, ...others });
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

const title = () => find(view.element, ".gx-title").textContent;
const image = () => find<HTMLImageElement>(view.element, "img");
const verdict = () => find(view.element, ".gx-verdict").textContent;
const belief = () => find(view.element, ".gx-answer");
const waiting = () => ({
  marked: view.element.classList.contains("gx-waiting"),
  asking: !find(view.element, ".gx-asking").hidden,
  silent: belief().ariaHidden === "true",
});
const WAITING = { marked: true, asking: true, silent: true };
const ANSWERED = { marked: false, asking: false, silent: false };

/** Pictures are decoded when a test says so: each call gives what ends the decoding of one. */
function decodeLater(): { resolve(): void; reject(): void }[] {
  const decoding: { resolve(): void; reject(): void }[] = [];
  pictures.decode.mockImplementation(
    () => new Promise<void>((resolve, reject) => decoding.push({ resolve, reject })),
  );
  return decoding;
}

const widths = (selector: string) =>
  [...view.element.querySelectorAll<HTMLElement>(selector)].map((bar) => bar.style.width);

describe("before a cell is selected", () => {
  test("nothing is there without a prediction", () => {
    show({ prediction: {} });
    expect(find(view.element, ".gx-title").hidden).toBe(true);
    expect(image().hidden).toBe(true);
    expect(find(view.element, ".gx-answer").childNodes).toHaveLength(0);
  });

  test("the most probable classes are shown with one bar each", () => {
    show();
    expect(title()).toBe("What the model says");
    expect(image().hidden).toBe(true);
    expect(texts(view.element, "ul > li > .gx-label")).toEqual(["dog", "cat", "owl"]);
    expect(texts(view.element, ".gx-number")).toEqual(["75.0%", "20.0%", "4.0%"]);
    expect(widths(".gx-track.gx-before")).toEqual(["75.00%", "20.00%", "4.00%"]);
    expect(widths(".gx-track.gx-after")).toEqual([]);
    expect(texts(view.element, ".gx-target .gx-label")).toEqual(["dog"]);
  });

  test("a hint says what a click and a drag do", () => {
    show();
    expect(texts(view.element, ".gx-hint")).toEqual([
      "Click a cell to see what the model predicts without it; drag for several.",
    ]);
  });

  test("there is nothing to be read out", () => {
    show();
    expect(view.text()).toBe("");
  });
});

describe("of a selected cell", () => {
  test("the place is told, from 1 for the reader; the code that counts from 0 is behind a button", () => {
    showEvidence({ cells: [[1, 2]] });
    expect(title()).toBe("Without row 2, column 3");
    const copy = find(view.element, ".gx-copy");
    expect([copy.hidden, copy.title]).toEqual([false, "Copy: value = [(1, 2)]"]);
    receive({ value: [], evidence: {} });
    expect(copy.hidden).toBe(true);
  });

  test("the picture without it is shown, and loaded once", async () => {
    showEvidence();
    view.update();
    await settled();
    view.update();
    await settled();
    expect(image().hidden).toBe(false);
    expect(image().src).toBe("blob:picture");
    expect(image().alt).toBe("The picture as the model saw it, with the selection hidden");
    expect(pictures.create).toHaveBeenCalledOnce();
  });

  test("its picture stays until another is decoded, which takes its place", async () => {
    showEvidence();
    await settled();
    const before = image();
    const decoding = decodeLater();
    receive({ value: [[0, 1]], evidence: evidence({ cells: [[0, 1]], picture: bytesOf(7) }) });
    await settled();
    expect([image(), image().hidden]).toEqual([before, false]);
    decoding[0]!.resolve();
    await settled();
    expect(pictures.create).toHaveBeenCalledTimes(2);
    expect(image()).not.toBe(before);
    expect(image().hidden).toBe(false);
    expect(title()).toContain("row 1, column 2");
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
    expect(image().nextElementSibling).toBe(belief());
  });

  test("no picture is shown after one that was asked for later", async () => {
    const decoding = decodeLater();
    showEvidence();
    receive({ value: TWO, keep: true, evidence: evidence({ cells: TWO, keep: true, picture: bytesOf(7) }) });
    decoding[1]!.resolve();
    await settled();
    decoding[0]!.resolve();
    await settled();
    expect(image().alt).toBe("The picture as the model saw it, with only the selection");
  });

  test("no picture is shown that is decoded after it was deselected", async () => {
    const decoding = decodeLater();
    showEvidence();
    receive({ value: [], evidence: {} });
    decoding[0]!.resolve();
    await settled();
    expect(image().hidden).toBe(true);
  });

  test("no other cell's picture stays where its own cannot be decoded", async () => {
    showEvidence();
    await settled();
    const decoding = decodeLater();
    receive({ value: [[0, 1]], evidence: evidence({ cells: [[0, 1]], picture: bytesOf(7) }) });
    decoding[0]!.reject();
    await settled();
    expect(image().hidden).toBe(true);
  });

  test("its picture is shaped as it is, before it is laid out", async () => {
    showEvidence();
    await settled();
    expect(image().style.getPropertyValue("--gx-shape")).toBe(String(7 / 5));
  });

  test("bars show each class before and after, with the change", () => {
    showEvidence();
    expect(texts(view.element, ".gx-label")).toEqual(["dog", "cat", "owl"]);
    expect(texts(view.element, ".gx-number")).toEqual([
      "75.0% → 25.0%−50.0",
      "20.0% → 70.0%+50.0",
      "4.0% → 5.0%+1.0",
    ]);
    expect(widths(".gx-track.gx-before")).toEqual(["75.00%", "20.00%", "4.00%"]);
    expect(widths(".gx-track.gx-after")).toEqual(["25.00%", "70.00%", "5.00%"]);
    expect(texts(view.element, ".gx-target .gx-label")).toEqual(["dog"]);
    expect(texts(view.element, ".gx-key")).toEqual(["whole picturewith the selection hidden"]);
  });

  test("the answer is back once it is deselected", async () => {
    showEvidence();
    await settled();
    receive({ value: [], evidence: {} });
    expect(title()).toBe("What the model says");
    expect(image().hidden).toBe(true);
    expect(view.element.querySelector(".gx-verdict")).toBeNull();
  });
});

describe("the sentence", () => {
  test("tells a fall with the change and its rank, and that the answer flips", () => {
    showEvidence();
    expect(verdict()).toBe(
      "“dog” falls from 75.0% to 25.0% (−50.0 points): strongest for dog of 6 cells. " +
        "The answer becomes “cat”.",
    );
    expect(texts(view.element, ".gx-flip")).toEqual([" The answer becomes “cat”."]);
  });

  test("tells against which class the change is, and for which a cell is strong", () => {
    const prediction = { ...traits().prediction, contrast: 0 } as Traits["prediction"];
    showEvidence({}, { score: "log-odds", prediction });
    expect(verdict()).toContain("from 75.0% to 25.0% (−0.50 log-odds against cat): strongest for dog of 6 cells.");
    showEvidence({ cells: [[0, 1]], drop: -0.2 }, { score: "log-odds", prediction });
    expect(verdict()).toContain("(+0.20 log-odds against cat): strongest for cat of 6 cells.");
  });

  test("tells a rise, and no flip where the answer stays", () => {
    const classes: Evidence["classes"] = [[1, 0.75, 0.95], [0, 0.2, 0.04]];
    showEvidence({ cells: [[0, 1]], drop: -0.2, classes });
    expect(verdict()).toBe("“dog” rises from 75.0% to 95.0% (+20.0 points): strongest against dog of 6 cells.");
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells that nothing changes", () => {
    showEvidence({ cells: [[1, 0]], drop: 0, classes: [[1, 0.75, 0.75]] });
    expect(verdict()).toBe("“dog” stays at 75.0% (0.0 points).");
  });

  test("ranks what the cell does alone, whichever map is shown", () => {
    const together = scoresOf(0, 1, 2, 3, 4, 5);
    showEvidence({}, { together, foretells: { shown: "together" } });
    expect(verdict()).toContain("(−50.0 points): strongest for dog of 6 cells hidden alone.");
  });

  test("tells the rank of the selected cell among those that are scored", () => {
    const scores = scoresOf(0.5, -0.2, NaN, Infinity, NaN, 0.25);
    showEvidence({ cells: [[1, 2]], drop: 0.25 }, { scores });
    expect(verdict()).toContain("(−25.0 points): 2nd strongest for dog of 3 cells.");
  });

  test("tells log-odds with two digits", () => {
    const scores = scoresOf(2.197, -1, 0, 0, 0, 3);
    showEvidence({ drop: 2.197 }, { score: "log-odds", scores });
    expect(verdict()).toContain("from 75.0% to 25.0% (−2.20 log-odds): 2nd strongest for dog of 6 cells.");
  });

  test("tells no flip where the class asked about never was the answer", () => {
    const classes: Evidence["classes"] = [[3, 0.04, 0.01], [1, 0.75, 0.8]];
    const prediction = { target: 3, probability: 0.04, saturated: false, top: [] };
    showEvidence({ drop: 0.03, classes }, { prediction });
    expect(verdict()).toMatch(/^“owl” falls from 4.0% to 1.0% \(−3.0 points\)/);
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells no flip where another class merely draws level", () => {
    showEvidence({ classes: [[1, 0.75, 0.4], [0, 0.2, 0.4]] });
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells where there is no clear answer any more, instead of the class that is a hair ahead", () => {
    showEvidence({ classes: [[1, 0.75, 0.27], [0, 0.2, 0.28], [3, 0.04, 0.22]] });
    expect(texts(view.element, ".gx-flip")).toEqual([
      " There is no clear answer any more: all classes are near alike.",
    ]);
  });

  test("tells of no answer where the model gives values", () => {
    showEvidence({}, { score: "value", quantity: { name: "value", unit: "years" } });
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells classes apart that have one label", () => {
    showEvidence({}, { labels: ["crane", "crane", "fox", "owl"] });
    expect(verdict()).toMatch(/^“crane \(1\)” falls .* The answer becomes “crane \(0\)”\.$/);
  });
});

describe("of several cells", () => {
  const joint = { cells: TWO, drop: 0.5, sum: 0.3, synergy: 0.2 };

  test("what they do together and apart is told in Python's words", () => {
    showEvidence({ ...joint, text: "One by one they take 30.0 points." });
    expect(title()).toBe("Without 2 cells");
    expect(verdict()).toBe(
      "“dog” falls from 75.0% to 25.0% (−50.0 points). One by one they take 30.0 points. " +
        "The answer becomes “cat”.",
    );
  });

  test("nothing is said of what is not known yet, nor of a rank", () => {
    showEvidence({ ...joint, sum: null, synergy: null });
    expect(verdict()).toBe("“dog” falls from 75.0% to 25.0% (−50.0 points). The answer becomes “cat”.");
  });

  test("Python's words are text", () => {
    showEvidence({ ...joint, text: HTML });
    expect(verdict()).toContain(HTML);
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });

  test("that are kept, it is said what is seen", async () => {
    showEvidence({ cells: THREE, keep: true });
    await settled();
    expect(title()).toContain("Only these 3 cells");
    expect(image().alt).toBe("The picture as the model saw it, with only the selection");
    expect(texts(view.element, ".gx-key")).toEqual(["whole picturewith only the selection"]);
    expect(verdict()).not.toContain("strongest");
  });

  test("one that is kept alone has no rank", () => {
    showEvidence({ keep: true });
    expect(title()).toContain("Only row 1, column 1");
    expect(verdict()).toContain("(−50.0 points). The");
  });
});

describe("while a kernel is asked", () => {
  const pending = { cells: TWO, drop: null, classes: [] };

  test.each([
    ["other cells", { value: TWO }],
    ["the same cells, kept", { keep: true }],
  ])("about %s, the answer before stays, and looks it", async (_, asked) => {
    showEvidence();
    await settled();
    const before = [...belief().childNodes];
    const picture = image();
    expect(waiting()).toEqual(ANSWERED);
    receive(asked);
    await settled();
    expect(waiting()).toEqual(WAITING);
    expect(find(view.element, ".gx-asking").textContent).toBe("Asking the model …");
    expect([...belief().childNodes]).toEqual(before);
    expect([image(), image().hidden]).toEqual([picture, false]);
  });

  test("the title is already of what is asked about", () => {
    showEvidence();
    receive({ value: TWO });
    expect(title()).toContain("Without 2 cells");
  });

  test("for the first time, the most probable classes stay, and no picture is there", () => {
    show();
    receive({ value: TWO });
    expect(waiting()).toEqual(WAITING);
    expect(texts(view.element, ".gx-label")).toEqual(["dog", "cat", "owl"]);
    expect(image().hidden).toBe(true);
  });

  test("the answer takes the place of the one before once it has come", () => {
    showEvidence();
    receive({ value: [[0, 1]] });
    const classes: Evidence["classes"] = [[1, 0.75, 0.95]];
    receive({ evidence: evidence({ cells: [[0, 1]], drop: -0.2, classes }) });
    expect(waiting()).toEqual(ANSWERED);
    expect(verdict()).toBe("“dog” rises from 75.0% to 95.0% (+20.0 points): strongest against dog of 6 cells.");
    expect(texts(view.element, ".gx-label")).toEqual(["dog"]);
  });

  test("the picture comes before the answer, which is waited for", async () => {
    showEvidence();
    await settled();
    const before = image();
    receive({ value: TWO, evidence: evidence({ ...pending, picture: bytesOf(7) }) });
    await settled();
    expect(waiting()).toEqual(WAITING);
    expect(verdict()).toContain("strongest for dog of 6 cells");
    expect(image()).not.toBe(before);
    expect(image().hidden).toBe(false);
  });

  test("an answer that is asked for again is shown without decoding its picture anew", async () => {
    showEvidence();
    await settled();
    receive({ value: TWO });
    receive({ value: [[0, 0]] });
    await settled();
    expect(waiting()).toEqual(ANSWERED);
    expect(image().hidden).toBe(false);
    expect(pictures.create).toHaveBeenCalledOnce();
  });

  test("it is waited before there is a prediction, too", () => {
    showEvidence(pending, { prediction: {} });
    expect(find(view.element, ".gx-title").hidden).toBe(false);
    expect(waiting()).toEqual(WAITING);
    expect(belief().childNodes).toHaveLength(0);
  });

  test("nothing is waited for once the cells are deselected", async () => {
    showEvidence();
    await settled();
    receive({ value: TWO });
    receive({ value: [], evidence: {} });
    await settled();
    expect(waiting()).toEqual(ANSWERED);
    expect(texts(view.element, ".gx-hint")).toHaveLength(1);
    expect(image().hidden).toBe(true);
  });

  test("an error ends the waiting, and the answer before is gone", async () => {
    showEvidence();
    await settled();
    receive({ value: TWO });
    receive({ error: "ValueError: no" });
    expect(waiting()).toEqual(ANSWERED);
    expect(verdict()).toBe("The model gave no answer.");
    expect(view.element.querySelector(".gx-classes")).toBeNull();
    expect(image().hidden).toBe(true);
  });

  test("an error leaves the picture that had come for these cells", async () => {
    showEvidence(pending, { error: "ValueError: no" });
    await settled();
    expect(waiting()).toEqual(ANSWERED);
    expect(verdict()).toBe("The model gave no answer.");
    expect(image().hidden).toBe(false);
  });

  test("its end ends the waiting", () => {
    showEvidence();
    receive({ value: [[0, 1]] });
    host = "gone";
    view.update();
    expect(waiting()).toEqual(ANSWERED);
    expect(verdict()).toContain("Without this cell: +20.0 points.");
    expect(view.element.querySelector(".gx-classes")).toBeNull();
  });
});

describe("once the kernel is gone", () => {
  const GONE = "The kernel is gone: nothing new can be asked.";

  beforeEach(() => {
    host = "gone";
  });

  test("the answer that had come stays", () => {
    showEvidence();
    expect(verdict()).toContain("strongest for dog of 6 cells");
  });

  test.each([
    ["what hiding a cell changes", 0.123, `Without this cell: −12.3 points. ${GONE}`],
    ["that a cell has failed", Infinity, `The model's output was not finite with this cell hidden. ${GONE}`],
    ["that a cell is pending", NaN, `This cell has not been scored. ${GONE}`],
  ])("the map still tells %s", (_, drop, text) => {
    show({ value: [[0, 1]], scores: scoresOf(0, drop, 0, 0, 0, 0) });
    expect(verdict()).toBe(text);
    expect(image().hidden).toBe(true);
  });

  test.each([
    ["several cells", { value: TWO }],
    ["a cell that is kept", { value: [[0, 0]] as Cell[], keep: true }],
  ])("nothing is known of %s", (_, asked) => {
    show(asked);
    expect(verdict()).toBe(GONE);
  });
});

describe("a saved page", () => {
  beforeEach(() => {
    host = "page";
  });

  test("answers for single cells", () => {
    showEvidence();
    expect(verdict()).toContain("strongest for dog of 6 cells");
  });

  test("waits for nothing", () => {
    showEvidence({ cells: TWO, drop: null, classes: [] });
    expect(waiting()).toEqual(ANSWERED);
  });

  test("says what is known of cells that were selected together", () => {
    showEvidence({ cells: TWO, drop: 0.5, text: "One by one they take 30.0 points." });
    expect(verdict()).toContain("(−50.0 points). One by one they take 30.0 points.");
    expect(texts(view.element, ".gx-label")).toEqual(["dog", "cat", "owl"]);
  });

  test("says that it cannot ask about cells that are kept", () => {
    showEvidence({ cells: TWO, keep: true, drop: null, classes: [] });
    expect(verdict()).toBe("A saved page cannot ask the model about these cells.");
    expect(view.element.querySelector(".gx-classes")).toBeNull();
  });

  test("says that it cannot ask about several cells, beside their picture", async () => {
    showEvidence({ cells: TWO, drop: null, sum: 0.3, classes: [] });
    await settled();
    expect(verdict()).toBe("A saved page cannot ask the model about these cells.");
    expect(image().hidden).toBe(false);
  });

  test.each([
    [NaN, "This cell has not been scored."],
    [Infinity, "The model's output was not finite with this cell hidden."],
  ])("says why there is no answer for a single cell with a drop of %d", (drop, text) => {
    const scores = scoresOf(drop, 0, 0, 0, 0, 0);
    showEvidence({ drop: null, classes: [] }, { scores });
    expect(verdict()).toBe(text);
  });
});

describe("what is read out", () => {
  test("is the sentence but for the rank, which each batch would change", () => {
    showEvidence({}, { scores: scoresOf(0.5, NaN, NaN, NaN, NaN, NaN) });
    const before = view.text();
    expect(before).toBe("“dog” falls from 75.0% to 25.0% (−50.0 points). The answer becomes “cat”.");
    receive({ scores: scoresOf(0.5, 0.6, NaN, NaN, NaN, NaN) });
    expect(verdict()).toContain("2nd strongest for dog of 2 cells");
    expect(view.text()).toBe(before);
  });

  test("is nothing while the model is asked, and not the answer before", () => {
    showEvidence();
    receive({ value: TWO });
    expect(view.text()).toBe("");
    receive({ evidence: evidence({ cells: TWO }) });
    expect(view.text()).toContain("“dog” falls from 75.0% to 25.0%");
  });

  test("is that there is no answer", () => {
    show({ value: TWO, error: "ValueError: no" });
    expect(view.text()).toBe("The model gave no answer.");
  });
});

test("what is read or marked stays the same while scores stream in", () => {
  showEvidence({ cells: TWO, sum: 0.3 });
  const before = [find(view.element, ".gx-title"), find(view.element, ".gx-verdict").firstChild];
  const scores = scoresOf(0.5, -0.2, 0.2, 0, 0.06, 0.25);
  receive({ scores, progress: progress(6, 6), status: "done" });
  const after = [find(view.element, ".gx-title"), find(view.element, ".gx-verdict").firstChild];
  expect(after.every((node, i) => node === before[i])).toBe(true);
});

describe("HTML in a label", () => {
  const labels = [HTML, "dog", "fox", `${HTML}2`];

  test("is shown as text before a cell is selected", () => {
    show({ labels });
    expect(texts(view.element, ".gx-label")).toEqual(["dog", HTML, `${HTML}2`]);
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });

  test("is shown as text in bars, sentence and flip, and makes no element", () => {
    const prediction = { target: 3, probability: 0.75, saturated: false, top: [] };
    showEvidence({ classes: [[3, 0.75, 0.25], [0, 0.2, 0.7]] }, { labels, prediction });
    expect(texts(view.element, ".gx-label")).toEqual([`${HTML}2`, HTML]);
    expect(verdict()).toContain(`“${HTML}2” falls`);
    expect(texts(view.element, ".gx-flip")).toEqual([` The answer becomes “${HTML}”.`]);
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });
});
