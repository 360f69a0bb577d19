// Names and types of what crosses the wire of a comparison; mirrors
// gridexplainer_widget/compare_protocol.py.

import type { Cell, GridShape, Maybe, ModelOf } from "./widget_model";

export const KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "grid",
  "offered",
  "layers",
  "maps",
  "progress",
  "evidence",
  "fill",
  "status",
  "error",
] as const;

export const FRONT_END_TRAITS = ["methods", "target", "value", "randomise"] as const;

export const COMMANDS = ["start", "stop"] as const;

export const STATUSES = ["running", "stopped", "done", "error"] as const;

export const MAP_STATUSES = ["pending", "running", "done", "failed"] as const;

export const UNITS = ["probability", "log-odds", ""] as const;

export type Command = { type: (typeof COMMANDS)[number] };
export type Status = (typeof STATUSES)[number];
export type MapStatus = (typeof MAP_STATUSES)[number];

/** What a map's values add up in; "" for one that tells more from less and no more. */
export type Unit = (typeof UNITS)[number];

/** How far a map is; null where it is not being made. */
export type Progress = [done: number, total: number] | null;

/** A method by its name, and what is said about it: a layer, options, or "" for nothing. */
export type Asked = [name: string, said: string];

/** `why` says why this model cannot be asked so; "" where it can. */
export type Offered = [name: string, title: string, takesLayer: boolean, why: string];

export interface Prediction {
  target: number;
  probability: number;
  top: [index: number, probability: number][];
}

/** What measures make of a map. null where a figure was not, or could not be, computed. */
export interface Figures {
  /** Mean probability left while cells are hidden, the most important first. */
  deletion: number;
  /** Mean probability while cells are shown, the most important first. */
  insertion: number;
  /** `insertion` − `deletion` */
  srg: number;
  /** Mean size of the rank correlation with the maps of the network with scrambled weights, 0..1. */
  randomised: number | null;
  /** Whether the most important cell touches the object. */
  pointing: boolean | null;
  /** Share of the positive values that lie in the object's mask. */
  inside: number | null;
  /** Share of the picture that the mask covers. */
  area: number | null;
  /** Pictures that the model was asked about for the figures. */
  calls: number;
  /** What a reader of the figures should know. */
  notes: string[];
}

export interface MapRecord {
  method: string;
  /** With what is said about the method. */
  title: string;
  /** What is said about the method, as in `methods`. */
  layer: string;
  layerUsed: string;
  status: MapStatus;
  /** Little-endian float32, rows × columns; NaN where not known. */
  values: DataView | null;
  unit: Unit;
  /** The map as the method gives it, in words. */
  native: string;
  /** How the cells were made of it, in words. */
  derived: string;
  notes: string[];
  /** Pictures that the model was asked about. */
  forward: number;
  /** Gradients that were computed. */
  backward: number;
  seconds: number;
  error: string;
  figures: Maybe<Figures>;
}

/** What hiding one cell did. */
export interface Evidence {
  cell: Cell;
  /** null while the answer is pending */
  drop: number | null;
  classes: [index: number, before: number, after: number][];
}

export interface Traits {
  picture: DataView;
  labels: string[];
  prediction: Maybe<Prediction>;
  grid: Maybe<GridShape>;
  offered: Offered[];
  /** Names of the network's layers, in the order of computation; none of a closed model. */
  layers: string[];
  /** One for each of `methods`, in its order. */
  maps: MapRecord[];
  /** Of each of `maps`. Apart from them: it changes with every step, and they are large. */
  progress: Progress[];
  evidence: Maybe<Evidence>;
  fill: string;
  status: Status;
  error: string;
  methods: Asked[];
  target: number | string | null;
  /** The clicked cell, or none. */
  value: Cell[];
  /** Whether maps are compared with those of the network with scrambled weights. */
  randomise: boolean;
}

export type Model = ModelOf<Traits, Command>;
