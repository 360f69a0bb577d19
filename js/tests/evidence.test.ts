import { beforeEach, describe, expect, test } from "vitest";
import { evidenceView, type EvidenceView } from "../src/evidence";
import type { Evidence, Traits } from "../src/protocol";
import { evidence, fakePictures, find, HTML, scoresOf, StrictModel, texts, traits } from "./fixture";

let pictures: ReturnType<typeof fakePictures>;
let model: StrictModel;
let view: EvidenceView;

beforeEach(() => {
  pictures = fakePictures();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ scores: scoresOf(0.5, -0.2, 0.1, 0, 0.06, 0.25), ...changes }));
  view = evidenceView(model);
  view.update();
}

function showCell(changes: Partial<Evidence> = {}, others: Partial<Traits> = {}): void {
  show({ evidence: evidence(changes), ...others });
}

const verdict = () => find(view.element, ".gx-verdict").textContent;
const widths = (selector: string) =>
  [...view.element.querySelectorAll<HTMLElement>(selector)].map((bar) => bar.style.width);

describe("before a cell is selected", () => {
  test("nothing is there without a prediction", () => {
    show({ prediction: {} });
    expect(view.element.childNodes).toHaveLength(0);
  });

  test("the most probable classes are shown with one bar each", () => {
    show();
    expect(texts(view.element, ".gx-title")).toEqual(["What the model sees"]);
    expect(texts(view.element, "ul > li > .gx-label")).toEqual(["dog", "cat", "owl"]);
    expect(texts(view.element, ".gx-number")).toEqual(["75.0%", "20.0%", "4.0%"]);
    expect(widths(".gx-track.gx-before")).toEqual(["75.00%", "20.00%", "4.00%"]);
    expect(widths(".gx-track.gx-after")).toEqual([]);
  });

  test("the class asked about is marked", () => {
    show();
    expect(texts(view.element, ".gx-target .gx-label")).toEqual(["dog"]);
  });

  test("a label that is cut off can be read in full", () => {
    show();
    expect(find(view.element, ".gx-label").title).toBe("dog");
  });

  test("a hint says what a click does", () => {
    show();
    expect(texts(view.element, ".gx-hint")).toEqual([
      "Click a cell to see what the model believes without it.",
    ]);
  });
});

describe("of a selected cell", () => {
  test("the place is told, from 1 for the reader and from 0 for Python", () => {
    showCell({ cells: [[1, 2]] });
    expect(texts(view.element, ".gx-title")).toEqual(["Without row 2, column 3 value = [(1, 2)]"]);
  });

  test("the picture without it is shown, and loaded once", () => {
    showCell();
    view.update();
    const image = find<HTMLImageElement>(view.element, "img");
    expect(image.src).toBe("blob:picture");
    expect(image.alt).toContain("with the selected cell hidden");
    expect(pictures.create).toHaveBeenCalledOnce();
  });

  test("another picture takes its place", () => {
    showCell();
    model.receive({ evidence: evidence({ cells: [[0, 1]] }) });
    view.update();
    expect(pictures.create).toHaveBeenCalledTimes(2);
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });

  test("bars show each class before and after", () => {
    showCell();
    expect(texts(view.element, ".gx-label")).toEqual(["dog", "cat", "owl"]);
    expect(texts(view.element, ".gx-number")).toEqual([
      "75.0% → 25.0%",
      "20.0% → 70.0%",
      "4.0% → 5.0%",
    ]);
    expect(widths(".gx-track.gx-before")).toEqual(["75.00%", "20.00%", "4.00%"]);
    expect(widths(".gx-track.gx-after")).toEqual(["25.00%", "70.00%", "5.00%"]);
    expect(texts(view.element, ".gx-target .gx-label")).toEqual(["dog"]);
  });

  test("a key tells the bars apart", () => {
    showCell();
    expect(texts(view.element, ".gx-key")).toEqual(["whole picturewith the cell hidden"]);
  });

  test("the answer is back once it is deselected", () => {
    showCell();
    model.receive({ evidence: {} });
    view.update();
    expect(texts(view.element, ".gx-title")).toEqual(["What the model sees"]);
    expect(view.element.querySelector("img")).toBeNull();
  });
});

describe("the sentence", () => {
  test("tells a fall with its drop and rank, and that the answer flips", () => {
    showCell();
    expect(verdict()).toBe(
      "“dog” falls from 75.0% to 25.0%: drop 50.0 points, rank 1 of 6. " +
        "The answer becomes “cat”.",
    );
    expect(texts(view.element, ".gx-flip")).toEqual([" The answer becomes “cat”."]);
  });

  test("tells a rise, and no flip where the answer stays", () => {
    const classes: Evidence["classes"] = [
      [1, 0.75, 0.95],
      [0, 0.2, 0.04],
    ];
    showCell({ cells: [[0, 1]], drop: -0.2, classes });
    expect(verdict()).toBe("“dog” rises from 75.0% to 95.0%: drop −20.0 points, rank 6 of 6.");
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells that nothing changes", () => {
    showCell({ cells: [[1, 0]], drop: 0, classes: [[1, 0.75, 0.75]] });
    expect(verdict()).toBe("“dog” stays at 75.0%: drop 0.0 points, rank 5 of 6.");
  });

  test("tells the rank of the selected cell, not of the first", () => {
    showCell({ cells: [[1, 2]], drop: 0.25 });
    expect(verdict()).toContain("drop 25.0 points, rank 2 of 6.");
  });

  test("tells log-odds with two digits", () => {
    const scores = scoresOf(2.197, -1, 0, 0, 0, 3);
    showCell({ drop: 2.197 }, { score: "log-odds", scores });
    expect(verdict()).toContain("from 75.0% to 25.0%: drop 2.20 log-odds, rank 2 of 6.");
  });

  test("tells no flip where the class asked about never was the answer", () => {
    const classes: Evidence["classes"] = [
      [3, 0.04, 0.01],
      [1, 0.75, 0.8],
    ];
    const prediction = { target: 3, probability: 0.04, saturated: false, top: [] };
    showCell({ drop: 0.03, classes }, { prediction });
    expect(verdict()).toMatch(/^“owl” falls from 4.0% to 1.0%: drop 3.0 points/);
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("tells no flip where another class merely draws level", () => {
    const classes: Evidence["classes"] = [
      [1, 0.75, 0.4],
      [0, 0.2, 0.4],
    ];
    showCell({ classes });
    expect(view.element.querySelector(".gx-flip")).toBeNull();
  });

  test("says of a pending cell only that it is pending, beside its picture", () => {
    showCell({ drop: null, classes: [] });
    expect(verdict()).toBe("This cell has not been scored yet.");
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
    expect(view.element.querySelector(".gx-classes")).toBeNull();
  });

  test("says the same before there is a prediction", () => {
    showCell({ drop: null, classes: [] }, { prediction: {} });
    expect(verdict()).toBe("This cell has not been scored yet.");
    expect(view.element.querySelectorAll("img")).toHaveLength(1);
  });
});

describe("HTML in a label", () => {
  const labels = [HTML, HTML, HTML, HTML];

  test("is shown as text before a cell is selected", () => {
    show({ labels });
    expect(texts(view.element, ".gx-label")).toEqual([HTML, HTML, HTML]);
    expect(view.element.querySelector("img")).toBeNull();
  });

  test("is shown as text in bars, sentence and flip, and makes no element", () => {
    showCell({}, { labels });
    expect(texts(view.element, ".gx-label")).toEqual([HTML, HTML, HTML]);
    expect(verdict()).toContain(`“${HTML}” falls`);
    expect(texts(view.element, ".gx-flip")).toEqual([` The answer becomes “${HTML}”.`]);
    expect(view.element.querySelectorAll("img:not(.gx-hidden-picture)")).toHaveLength(0);
  });
});
