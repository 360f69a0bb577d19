// A comparison for the tests: its traits and a strict model.

import * as protocol from "../../src/model/comparison_protocol";
import type { Command, MapRecord, Metric, MetricValues, Traits, UnderFill } from "../../src/model/comparison_protocol";
import { bytesOf, scoresOf } from "./bytes";
import { StrictModelOf } from "./strict_model";

export const METRICS: Metric[] = [
  { name: "deletion", title: "Deletion", better: "lower", meaning: "Lower is better.", signed: false },
  { name: "insertion", title: "Insertion", better: "higher", meaning: "Higher is better.", signed: false },
  { name: "srg", title: "SRG", better: "higher", meaning: "Insertion minus deletion.", signed: true },
  { name: "foretells", title: "Foretells", better: "higher", meaning: "Compare with random.", signed: false },
  { name: "randomised", title: "Randomised", better: "lower", meaning: "Near 0 is better.", signed: false },
  { name: "pointing", title: "Pointing", better: "higher", meaning: "Touches the object.", signed: false },
  { name: "inside", title: "Inside", better: "higher", meaning: "Compare with the area.", signed: false },
];

/** Curves whose SRG random orders do not reach. */
export function underFill(changes: Partial<UnderFill> = {}): UnderFill {
  return {
    fill: "gray",
    deletion: 0.1,
    insertion: 0.4,
    srg: 0.3,
    bands: { deletion: [0.2, 0.3], insertion: [0.2, 0.3], srg: [-0.05, 0.05] },
    ranks: true,
    verdict: "",
    ...changes,
  };
}

export function metricValues(changes: Partial<MetricValues> = {}): MetricValues {
  return {
    under: [underFill()],
    foretells: null,
    randomised: null,
    pointing: null,
    inside: null,
    beside: { foretells: "", randomised: "", pointing: "", inside: "" },
    doubt: "",
    calls: 14,
    chanceCalls: 50,
    notes: [],
    ...changes,
  };
}

/** A finished map of 2×3 cells. */
export function mapRecord(changes: Partial<MapRecord> = {}): MapRecord {
  return {
    method: "occlusion",
    title: "Occlusion",
    layer: "",
    layerUsed: "",
    status: "done",
    values: scoresOf(0.5, -0.25, 0, 0, 0.06, 0.25),
    unit: "probability",
    native: "2×3 cells, each hidden by cell-mean",
    derived: "",
    notes: [],
    forward: 7,
    backward: 0,
    seconds: 1.24,
    error: "",
    figures: {},
    trust: {},
    ...changes,
  };
}

export const GRAD_CAM: Partial<MapRecord> = {
  method: "grad-cam",
  title: "Grad-CAM",
  layerUsed: "conv2",
  unit: "",
  values: scoresOf(2, 1, 0, 0, 0, 0),
  forward: 1,
  backward: 1,
  seconds: 0.01,
};

/** Two maps of a picture with 2×3 cells on 5×7 pixels: cells begin at rows 0 2 5, columns 0 2 4 7. */
export function comparison(changes: Partial<Traits> = {}): Traits {
  return {
    picture: bytesOf(1, 2, 3),
    labels: ["cat", "dog", "fox", "owl"],
    prediction: { target: 1, probability: 0.75, top: [[1, 0.75], [0, 0.2]] },
    quantity: { name: "probability", unit: "" },
    grid: { rows: 2, columns: 3, height: 5, width: 7 },
    offered: [
      ["occlusion", "Occlusion", false, ""],
      ["cam", "CAM", false, "needs global average pooling"],
      ["grad-cam", "Grad-CAM", true, ""],
      ["score-cam", "Score-CAM", true, ""],
    ],
    layers: ["conv1", "conv2"],
    maps: [mapRecord(), mapRecord(GRAD_CAM)],
    progress: [null, null],
    evidence: {},
    fills: ["gray", "blur"],
    status: "done",
    error: "",
    metrics: METRICS,
    methods: [
      ["occlusion", ""],
      ["grad-cam", ""],
    ],
    target: null,
    contrast: null,
    value: [],
    randomise: false,
    map_fills: [
      ["cell-mean", "each cell's average colour", ""],
      ["blur", "a blurred picture", ""],
      ["inpaint", "a repair of the hole", "needs OpenCV"],
    ],
    reading: "",
    grid_size: [2, 3],
    map_fill: "cell-mean",
    ...changes,
  };
}

export class StrictComparison extends StrictModelOf<Traits, Command> {
  constructor(traits: Traits) {
    super(protocol, traits);
  }
}
