// The traits and commands of the comparison; mirrors gridexplainer_widget/wire/comparison.py.

import type { Cell, GridShape, Maybe, ModelOf, Offered, Quantity, Status } from "./widget_model";

export type { Offered } from "./widget_model";

export const KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "quantity",
  "grid",
  "offered",
  "layers",
  "maps",
  "progress",
  "evidence",
  "fills",
  "status",
  "error",
  "metrics",
  "map_fills",
  "reading",
] as const;

export const FRONT_END_TRAITS = [
  "methods",
  "target",
  "contrast",
  "value",
  "randomise",
  "grid_size",
  "map_fill",
] as const;

export const COMMANDS = ["start", "stop", "state", "explain", "save"] as const;

export const SAVED_FORMATS = ["html", "png"] as const;

export const MAP_STATUSES = ["pending", "running", "done", "failed"] as const;

export const UNITS = ["probability", "log-odds", "value", ""] as const;

export type Command =
  | { type: "start" | "stop" | "state" }
  | { type: "explain"; name: string }
  | { type: "save"; format: SavedFormat; id: string };
export type SavedFormat = (typeof SAVED_FORMATS)[number];
export type MapStatus = (typeof MAP_STATUSES)[number];

/** "" for a map that only ranks cells. */
export type Unit = (typeof UNITS)[number];

/** Steps of the running map; null for others. */
export type Progress = [done: number, total: number] | null;

/** `options` is a layer, options as text, or "" for the defaults. */
export type MethodRequest = [name: string, options: string];

export interface Prediction {
  target: number;
  /** The class that the target is held against; null for all others. */
  contrast?: number | null;
  probability: number;
  top: [index: number, probability: number][];
}

export const ORDER_METRICS = ["deletion", "insertion", "srg"] as const;

export type OrderMetric = (typeof ORDER_METRICS)[number];

/** What hiding the map's cells in order does under one fill. */
export interface UnderFill extends Record<OrderMetric, number> {
  fill: string;
  /** Where nine of ten random orders lie; none where not measured. */
  bands: Partial<Record<OrderMetric, [low: number, high: number]>>;
  /** Whether maps can be told apart under this fill. */
  ranks: boolean;
  /** A sentence, or "". */
  verdict: string;
}

/** Metrics that are of no fill; null where not computed. */
export interface WholeMetrics {
  foretells: number | null;
  randomised: number | null;
  pointing: boolean | null;
  inside: number | null;
}

export interface MetricValues extends WholeMetrics {
  under: UnderFill[];
  /** What to compare a metric with, in words; "" where there is nothing. */
  beside: Record<keyof WholeMetrics, string>;
  /** That the map foretells nothing reliable, in words, or "". */
  doubt: string;
  /** Pictures classified for the metrics. */
  calls: number;
  /** Pictures classified for random orders, once for all maps. */
  chanceCalls: number;
  notes: string[];
}

/** How far to trust a map, in words. */
export interface Trust {
  level: "high" | "some" | "low" | "not known";
  reasons: string[];
}

export interface Metric {
  name: OrderMetric | keyof WholeMetrics;
  title: string;
  better: "higher" | "lower";
  meaning: string;
  /** Positive values get a sign. */
  signed: boolean;
  /** Whether it is in the unit of the model's values. */
  value?: boolean;
}

export interface MapRecord {
  method: string;
  /** With options. */
  title: string;
  /** As in `methods`. */
  layer: string;
  layerUsed: string;
  status: MapStatus;
  /** Little-endian float32, rows × columns; NaN if unknown. */
  values: DataView | null;
  unit: Unit;
  /** The method's own map, in words. */
  native: string;
  /** How that map became cells. */
  derived: string;
  notes: string[];
  /** Pictures classified. */
  forward: number;
  /** Gradients computed. */
  backward: number;
  seconds: number;
  error: string;
  figures: Maybe<MetricValues>;
  trust: Maybe<Trust>;
}

/** The effect of hiding one cell. */
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
  /** What the model's numbers are: all that is called a probability may be a value. */
  quantity: Quantity;
  grid: Maybe<GridShape>;
  offered: Offered[];
  /** In order of computation; empty for a black box. */
  layers: string[];
  /** One for each of `methods`. */
  maps: MapRecord[];
  /** Of each map; apart from `maps`, since those are large and this changes each step. */
  progress: Progress[];
  evidence: Maybe<Evidence>;
  /** What stands in for hidden cells in the audit, each by itself. */
  fills: string[];
  status: Status;
  error: string;
  /** In display order. */
  metrics: Metric[];
  /** Fills to choose from for the maps; the reason is why one cannot be had, or "". */
  map_fills: [name: string, text: string, reason: string][];
  /** The picture file that the kernel reads; "" for none. */
  reading: string;
  methods: MethodRequest[];
  target: number | string | null;
  /** Why the target rather than this class; null for all others. */
  contrast: number | string | null;
  /** The clicked cell, if any. */
  value: Cell[];
  /** Whether to compare each map with one under randomised weights. */
  randomise: boolean;
  grid_size: number | Cell;
  /** What hides cells in the maps; `fills` are the audit's. */
  map_fill: string;
}

export type Model = ModelOf<Traits, Command>;
