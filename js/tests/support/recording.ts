// A recording for the tests: 2×2 cells on 5×7 pixels, three of six classes, the last cell pending.

import { recordingOf, type Embedded, type RecordedAnswer, type Recording } from "../../src/page/record";
import type { Headline } from "../../src/model/explorer_protocol";
import { base64Of, scoresOf } from "./bytes";

const headlinesOf = (...names: string[]): Headline[] => names.map((name) => ({ alone: [[`Why ${name}?`, false]] }));
const floats = (...values: number[]) => base64Of(scoresOf(...values));

export function embedded(changes: Partial<Embedded> = {}): Embedded {
  return {
    picture: btoa("picture"),
    seen: btoa("seen"),
    replacement: btoa("replacement"),
    quantity: { name: "probability", unit: "" },
    grid: { rows: 2, columns: 2, height: 5, width: 7 },
    classes: [1, 2, 5],
    labels: [
      [1, "cat"],
      [2, "dog"],
      [4, "owl"],
      [5, "fox"],
    ],
    baseline: floats(0.25, 0.5, 0.125),
    vectors: floats(0.5, 0.25, 0.125, 0.25, 0.5, 0.125, 0.125, 0.25, 0.5, NaN, NaN, NaN),
    answers: {
      probability: {
        drops: floats(-0.25, 0, 0.125, NaN, 0.25, 0, 0.25, NaN, 0, 0, -0.375, NaN),
        together: "",
        foretells: [{}, {}, {}],
        headlines: headlinesOf("cat", "dog", "fox"),
        notes: [["cat"], ["dog"], ["fox"]],
        saturated: [false, true, false],
      },
      "log-odds": {
        drops: floats(1, 2, 3, NaN, 4, 5, 6, NaN, 7, 8, 9, NaN),
        together: "",
        foretells: [{}, {}, {}],
        headlines: [{}, {}, {}],
        notes: [[], [], []],
        saturated: [false, false, false],
      },
    },
    others: [],
    hardly_changed: [2],
    selection: null,
    certainty: [],
    fill_texts: { blur: "a blurred picture" },
    minimal_sets: {},
    sets: [],
    done: 3,
    about: { model: "TinyNet", text: "TinyNet", how: {}, caveat: "" },
    check: {},
    state: {
      target: 2,
      contrast: null,
      score: "probability",
      map: "",
      value: [],
      keep: false,
      colormap: "red-blue",
      opacity: 0.5,
      numbers: false,
      scale: "absolute",
      threshold: 0.1,
      fill: "blur",
    },
    ...changes,
  };
}

/** The first and the third cell, hidden together: alone they do 0.25 each to class 2. */
export function known(changes: Partial<RecordedAnswer> = {}): RecordedAnswer {
  return {
    value: [
      [0, 0],
      [1, 0],
    ],
    keep: false,
    vector: floats(0.625, 0.125, 0.25),
    text: ["", "", "They partly stand in for each other."],
    drops: { probability: [-0.375, 0.375, -0.125], "log-odds": [-1.5, 2, -0.75] },
    ...changes,
  };
}

export function recording(changes: Partial<Embedded> = {}): Recording {
  return recordingOf(embedded(changes));
}
