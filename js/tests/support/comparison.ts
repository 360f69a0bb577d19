// What the tests of a comparison share: traits, and a model that is strict.

import {
  COMMANDS,
  FRONT_END_TRAITS,
  KERNEL_TRAITS,
  type Command,
  type MetricValues,
  type MapRecord,
  type Metric,
  type Traits,
} from "../../src/model/comparison_protocol";
import { StaticModel } from "../../src/model/static_model";
import type { Listener } from "../../src/model/widget_model";
import { bytesOf, scoresOf } from "./explorer";

export const METRICS: Metric[] = [
  { name: "deletion", title: "Deletion", better: "lower", meaning: "Lower is better.", signed: false },
  { name: "insertion", title: "Insertion", better: "higher", meaning: "Higher is better.", signed: false },
  { name: "srg", title: "SRG", better: "higher", meaning: "Insertion minus deletion.", signed: true },
  { name: "randomised", title: "Randomised", better: "lower", meaning: "Near 0 is better.", signed: false },
  { name: "pointing", title: "Pointing", better: "higher", meaning: "Touches the object.", signed: false },
  { name: "inside", title: "Inside", better: "higher", meaning: "Compare with the area.", signed: false },
];

export function metricValues(changes: Partial<MetricValues> = {}): MetricValues {
  return {
    deletion: 0.1,
    insertion: 0.4,
    srg: 0.3,
    randomised: null,
    pointing: null,
    inside: null,
    area: null,
    calls: 14,
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
    fill: "cell-mean",
    status: "done",
    error: "",
    metrics: METRICS,
    methods: [
      ["occlusion", ""],
      ["grad-cam", ""],
    ],
    target: null,
    value: [],
    randomise: false,
    ...changes,
  };
}

/** Refuses what the kernel would; what is set crosses the wire with save_changes only. */
export class StrictComparison extends StaticModel<Traits, Command> {
  /** What each save_changes sent. */
  readonly saved: Partial<Traits>[] = [];
  private unsaved: Partial<Traits> = {};

  override get<K extends keyof Traits>(name: K): Traits[K] {
    if (!isTrait(name)) throw new Error(`There is no trait ${name}.`);
    return super.get(name);
  }

  override set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    if (!isOneOf(FRONT_END_TRAITS, name)) throw new Error(`${name} is not the front end's.`);
    this.unsaved[name] = value;
    super.set(name, value);
  }

  override save_changes(): void {
    this.saved.push(this.unsaved);
    this.unsaved = {};
  }

  override send(content: Command): void {
    if (!isOneOf(COMMANDS, content.type)) throw new Error(`${content.type} is no command.`);
    super.send(content);
  }

  override on(event: string, callback: Listener): void {
    const known = event === "comm_live_update" || isTrait(event.replace("change:", ""));
    if (!known) throw new Error(`${event} is no event.`);
    super.on(event, callback);
  }

  /** A message from the kernel. */
  receive(changes: Partial<Traits>): void {
    for (const [name, value] of Object.entries(changes)) super.set(name as keyof Traits, value);
  }

  /** An event that is no change of a trait. */
  tell(event: string): void {
    for (const callback of this["listeners"].get(event) ?? []) callback();
  }

  /** How many callbacks listen. */
  listening(): number {
    return [...this["listeners"].values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }
}

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function isTrait(name: string): boolean {
  return isOneOf(KERNEL_TRAITS, name) || isOneOf(FRONT_END_TRAITS, name);
}
