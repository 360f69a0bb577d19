// An explorer for the tests: its traits, its connection and a strict model.

import * as protocol from "../../src/model/explorer_protocol";
import type { Certainty, Command, Curve, Evidence, Progress, Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { bytesOf, scoresOf } from "./bytes";
import { StrictModelOf } from "./strict_model";

/** 2×3 cells on 5×7 pixels, the third pending: cells begin at rows 0 2 5 and columns 0 2 4 7. */
export function traits(changes: Partial<Traits> = {}): Traits {
  return {
    picture: bytesOf(1, 2, 3),
    labels: ["cat", "dog", "fox", "owl"],
    prediction: {
      target: 1,
      probability: 0.75,
      saturated: false,
      top: [
        [1, 0.75],
        [0, 0.2],
        [3, 0.04],
      ],
    },
    headline: { alone: [["The model says ", false], ["dog", true], [".", false]] },
    quantity: { name: "probability", unit: "" },
    grid: { rows: 2, columns: 3, height: 5, width: 7 },
    hardly_changed: [],
    scores: scoresOf(0.5, -0.2, NaN, 0, 0.06, 0.25),
    together: bytesOf(),
    foretells: {},
    method_map: {},
    offered: [
      ["occlusion", "Occlusion", false, ""],
      ["grad-cam", "Grad-CAM", true, ""],
      ["saliency", "Saliency", false, "needs a white-box model"],
    ],
    layers: [],
    audit: {},
    minimal_sets: {},
    certainty: {},
    certainty_estimate: {},
    status: "running",
    progress: progress(5, 6),
    evidence: {},
    curve: {},
    error: "",
    notes: [],
    about: {
      model: "TinyNet",
      text: "TinyNet · softmax · preprocessing: ImageNet",
      how: { alone: "TinyNet · 2 × 3 cells · hidden by each cell's average colour" },
      caveat: "Hidden cells are new to the model.",
    },
    check: {},
    fills: ["cell-mean", "blur", "gray"],
    fill_texts: {
      "cell-mean": "each cell's average colour",
      blur: "a blurred picture",
      gray: "grey",
    },
    unavailable_fills: {},
    reading: "",
    grid_size: [2, 3],
    fill: "cell-mean",
    target: null,
    contrast: null,
    score: "probability",
    map: "",
    method: "occlusion",
    layer: "",
    value: [],
    keep: false,
    colormap: "orange-blue",
    opacity: 0.85,
    numbers: true,
    scale: "relative",
    threshold: 0,
    ...changes,
  };
}

/** What the kernel says of the first cell: without it, the cat wins. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    cells: [[0, 0]],
    keep: false,
    picture: bytesOf(4, 5, 6),
    drop: 0.5,
    sum: null,
    synergy: null,
    text: "",
    classes: [
      [1, 0.75, 0.25],
      [0, 0.2, 0.7],
      [3, 0.04, 0.05],
    ],
    ...changes,
  };
}

/** How far a run is, in words of its own. */
export function progress(done: number, total: number, handfuls = { done: 0, total: 0 }): Progress {
  const share = (done + handfuls.done) / Math.max(1, total + handfuls.total);
  const text = `${done} of ${total} cells`;
  return { done, total, handfuls, rate: 2, left: null, share, name: "Cells", text, pace: "2.0 a second" };
}

/** A whole curve over the five scored cells of `traits()`. */
export function curve(changes: Partial<Curve> = {}): Curve {
  return {
    counts: [0, 1, 2, 3, 4, 5],
    deletion: [0.75, 0.25, 0.1, 0.1, 0.1, 0.3],
    insertion: [0.05, 0.4, 0.6, 0.7, 0.7, 0.75],
    map: "alone",
    changes: { deletion: 1, insertion: 1 },
    text: "Without 1 cell the answer changes.",
    axis: { title: "Probability of “dog”", low: 0, high: 1, bottom: "0", top: "100%" },
    running: false,
    ...changes,
  };
}

/** Of the cells of `traits()`: the first is sure for, the second against; two ways, of which one does not tell of the second. */
export function certainty(changes: Partial<Certainty> = {}): Certainty {
  return {
    ways: ["gray", "blur"],
    unit: "probability",
    values: scoresOf(0.5, -0.2, 0.01, 0, 0.06, 0.25, 0.4, -0.1, NaN, 0, -0.06, 0.01),
    low: scoresOf(0.4, -0.2, 0.01, 0, -0.06, 0.01),
    high: scoresOf(0.5, -0.2, 0.01, 0, 0.06, 0.25),
    tells: bytesOf(1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1),
    verdicts: [1, -1, 0, 0, 0, 0],
    margin: 0.02,
    sentence: "2 of 6 cells are sure.",
    target: 1,
    done: 6,
    calls: 12,
    seconds: 1,
    running: false,
    ...changes,
  };
}

/** A connection whose host becomes another one when a test says so. */
export function fakeConnection(host: Host = "kernel") {
  let changed = () => {};
  let silent = false;
  return {
    host: () => host,
    watch: (callback: () => void) => {
      changed = callback;
    },
    offered: (): number[] | null => null,
    silent: () => silent,
    fallSilent(is = true) {
      silent = is;
      changed();
    },
    become(next: Host) {
      host = next;
      changed();
    },
  };
}

export class StrictModel extends StrictModelOf<Traits, Command> {
  constructor(traits: Traits) {
    super(protocol, traits);
  }
}
