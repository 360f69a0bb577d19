import { describe, expect, test } from "vitest";
import { classBarsKey, classBars } from "../../src/dom/class_bars";
import { find, HTML, texts } from "../support/elements";

const LABELS = ["cat", "dog", "fox"];

const widths = (root: HTMLElement, selector: string) =>
  [...root.querySelectorAll<HTMLElement>(selector)].map((track) => track.style.width);

describe("one bar each", () => {
  const root = classBars([[1, 0.75, null], [0, 0.25, null]], LABELS, 0);

  test("stands for a class and its probability, in the order given", () => {
    expect(root.tagName).toBe("UL");
    expect(texts(root, "li > .gx-label")).toEqual(["dog", "cat"]);
    expect(texts(root, ".gx-number")).toEqual(["75.0%", "25.0%"]);
    expect(widths(root, ".gx-track.gx-before")).toEqual(["75.00%", "25.00%"]);
  });

  test("has nothing beside it", () => {
    expect(root.querySelectorAll(".gx-after, .gx-change")).toHaveLength(0);
  });

  test("is marked where it is the class asked about", () => {
    expect(texts(root, ".gx-target .gx-label")).toEqual(["cat"]);
  });
});

describe("paired bars", () => {
  const root = classBars([[1, 0.75, 0.25], [0, 0.2, 0.7], [2, 0.05, 0.05]], LABELS, 1);

  test("stand for before and after", () => {
    expect(widths(root, ".gx-track.gx-before")).toEqual(["75.00%", "20.00%", "5.00%"]);
    expect(widths(root, ".gx-track.gx-after")).toEqual(["25.00%", "70.00%", "5.00%"]);
  });

  test("say both and the change in points", () => {
    expect(texts(root, ".gx-number")).toEqual([
      "75.0% → 25.0%−50.0",
      "20.0% → 70.0%+50.0",
      "5.0% → 5.0%±0.0",
    ]);
    expect(texts(root, ".gx-change")).toEqual(["−50.0", "+50.0", "±0.0"]);
  });

  test("have both bars where nothing is left", () => {
    const none = classBars([[1, 0.75, 0]], LABELS, 1);
    expect(widths(none, ".gx-track.gx-after")).toEqual(["0.00%"]);
  });
});

describe("a label", () => {
  test("that is cut off can be read in full", () => {
    expect(find(classBars([[2, 1, null]], LABELS, 2), ".gx-label").title).toBe("fox");
  });

  test("of several classes has its index beside it", () => {
    const beliefs: [number, number, null][] = [[0, 0.6, null], [1, 0.3, null], [2, 0.1, null]];
    const root = classBars(beliefs, ["crane", "crane", "fox"], 0);
    expect(texts(root, ".gx-label")).toEqual(["crane (0)", "crane (1)", "fox"]);
  });

  test("that is HTML is shown as text", () => {
    const root = classBars([[0, 1, 0.5]], [HTML], 0);
    expect(texts(root, ".gx-label")).toEqual([HTML]);
    expect(root.querySelector("img")).toBeNull();
  });
});

test("a key tells the bars apart", () => {
  const key = classBarsKey("with the selection hidden");
  const [before, whole, after, hidden] = [...key.childNodes];
  expect([whole, hidden].map((text) => text?.textContent)).toEqual([
    "whole picture",
    "with the selection hidden",
  ]);
  expect([before, after].map((swatch) => (swatch as HTMLElement).className)).toEqual([
    "gx-swatch gx-before",
    "gx-swatch gx-after",
  ]);
});
