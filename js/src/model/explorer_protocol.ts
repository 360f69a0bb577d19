// The traits and commands of the explorer; mirrors gridexplainer_widget/wire/explorer.py.

import type { Audit, Certainty, CertaintyEstimate, Foretold, MethodMap, MinimalSets, SetKind } from "./findings";
import type { Cell, GridShape, Maybe, ModelOf, Offered, Quantity, Status } from "./widget_model";

export type { Audit, Certainty, CertaintyEstimate, Foretold, MethodMap, MinimalSets, SetKind, SmallestSet } from "./findings";

export const KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "headline",
  "quantity",
  "grid",
  "scores",
  "together",
  "foretells",
  "method_map",
  "offered",
  "layers",
  "audit",
  "hardly_changed",
  "status",
  "progress",
  "evidence",
  "curve",
  "minimal_sets",
  "certainty",
  "certainty_estimate",
  "error",
  "notes",
  "about",
  "check",
  "fills",
  "fill_texts",
  "unavailable_fills",
  "reading",
] as const;

/** How drops are drawn; set without save_changes: no message is sent. */
export const APPEARANCE = ["colormap", "opacity", "numbers", "scale", "threshold"] as const;

export const FRONT_END_TRAITS = [
  "grid_size",
  "fill",
  "target",
  "contrast",
  "score",
  "map",
  "method",
  "layer",
  "value",
  "keep",
  ...APPEARANCE,
] as const;

export const COMMANDS = ["start", "stop", "play", "certainty", "audit", "smallest_set", "explain", "save", "state"] as const;

export const SAVED_FORMATS = ["html", "report", "npz"] as const;

export const MAPS = ["", "alone", "together"] as const;

export const COLORMAPS = ["orange-blue", "purple-green", "red-blue"] as const;

export const SCALES = ["relative", "absolute"] as const;

export const MAX_GRID = 64;

/** Of pictures that can be opened. */
export const UPLOAD_TYPES = [
  "image/png",
  "image/jpeg",
  "image/webp",
  "image/gif",
  "image/bmp",
  "image/tiff",
  "image/avif",
  "image/x-portable-anymap",
] as const;

/** Bytes of an uploaded picture. */
export const MAX_UPLOAD = 8 * 2 ** 20;

export type Command =
  | { type: "smallest_set"; kind: SetKind; next: boolean }
  | { type: "start" | "stop" | "play" | "certainty" | "audit" | "state" }
  | { type: "explain"; name: string }
  | { type: "save"; format: SavedFormat; id: string };
export type SavedFormat = (typeof SAVED_FORMATS)[number];
export type MapName = Exclude<(typeof MAPS)[number], "">;
export type Colormap = (typeof COLORMAPS)[number];
export type Scale = (typeof SCALES)[number];
export type Score = "probability" | "log-odds" | "value";
export type CheckVerdict = "ok" | "warning" | "wrong" | "unknown";

export interface Prediction {
  target: number;
  /** The class that the target is held against; null for all others. */
  contrast?: number | null;
  probability: number;
  saturated: boolean;
  top: [index: number, probability: number][];
}

/** On the screen: one of the run's maps, or another method's. */
export type ShownMap = MapName | "method";

/** For each map; only what the model answers while the run goes on. */
export type Headline = Partial<Record<MapName, [text: string, strong: boolean][]>>;

export interface Progress {
  done: number;
  total: number;
  /** Of cells hidden together; it may settle before. */
  handfuls?: { done: number; total: number };
  rate: number;
  left: number | null;
  /** Of all that is asked, 0..1. */
  share: number;
  /** What is counted, how far it is, and how fast, in words. */
  name: string;
  text: string;
  pace: string;
}

/** `shown` has earned it; nothing is claimed while handfuls come in. */
export interface Foretells {
  shown?: MapName;
  alone?: Foretold;
  together?: Foretold;
}

/** The prediction with `cells` hidden together, or all others (`keep`). */
export interface Evidence {
  cells: Cell[];
  keep: boolean;
  picture: DataView;
  /** null while the answer is pending */
  drop: number | null;
  /** Of single drops; null for one cell, with `keep`, or while one is pending. */
  sum: number | null;
  /** `drop` − `sum` */
  synergy: number | null;
  /** What several cells do together and apart; "" for one. */
  text: string;
  classes: [index: number, before: number, after: number][];
}

/** The target's probability with the top k cells hidden (deletion) or all others (insertion). */
export interface Curve {
  counts: number[];
  /** For each count; null while pending. */
  deletion: (number | null)[];
  insertion: (number | null)[];
  /** The map that ranks the cells. */
  map: ShownMap;
  /** The first counts with which the answer is gone, and is there; null if none, or not yet known. */
  changes: { deletion: number | null; insertion: number | null };
  /** What the curves say. */
  text: string;
  /** What goes up, from where to where. */
  axis: { title: string; low: number; high: number; bottom: string; top: string };
  running: boolean;
}

export interface About {
  model: string;
  /** The model, what it returns and how pictures are prepared for it, in a line. */
  text: string;
  /** How each map was made. */
  how: Partial<Record<MapName, string>>;
  /** What a reader must know of every map. */
  caveat: string;
}

/** The checks of the model. */
export interface Check {
  /** The worst check. */
  verdict: CheckVerdict;
  summary: string;
  /** `advice` may be "". */
  checks: [name: string, verdict: CheckVerdict, seen: string, advice: string][];
}

export interface Traits {
  picture: DataView;
  labels: string[];
  prediction: Maybe<Prediction>;
  /** The sentence on top. */
  headline: Headline;
  /** What the model's numbers are: all that is called a probability may be a value. */
  quantity: Quantity;
  grid: Maybe<GridShape>;
  scores: DataView;
  /** As `scores`, fitted to cells hidden together; empty while there is none. */
  together: DataView;
  foretells: Foretells;
  /** Empty for occlusion. */
  method_map: Maybe<MethodMap>;
  offered: Offered[];
  /** Of the network, once a method asks for one. */
  layers: string[];
  audit: Maybe<Audit>;
  /** Cells that look nearly the same when they are hidden: their 0 says nothing. */
  hardly_changed: number[];
  status: Status;
  progress: Maybe<Progress>;
  evidence: Maybe<Evidence>;
  curve: Maybe<Curve>;
  minimal_sets: MinimalSets;
  certainty: Maybe<Certainty>;
  certainty_estimate: Maybe<CertaintyEstimate>;
  error: string;
  notes: string[];
  about: Maybe<About>;
  check: Maybe<Check>;
  fills: string[];
  /** Fills in plain words, by name. */
  fill_texts: Record<string, string>;
  /** What has to be installed for a fill, by its name. */
  unavailable_fills: Record<string, string>;
  /** The picture file that the kernel reads; "" for none. */
  reading: string;
  grid_size: number | Cell;
  fill: string;
  target: number | string | null;
  /** Why the target rather than this class, in log-odds; null for all others. */
  contrast: number | string | null;
  score: Score;
  /** "" for the map that has earned it. */
  map: (typeof MAPS)[number];
  method: string;
  /** "" for the method's own choice. */
  layer: string;
  value: Cell[];
  /** Hide all but `value`. */
  keep: boolean;
  colormap: Colormap;
  /** Of the strongest colour, 0..1. */
  opacity: number;
  numbers: boolean;
  scale: Scale;
  /** Drops below this share of the scale (0..1) are not coloured. */
  threshold: number;
}

const NO_BYTES = /* @__PURE__ */ new DataView(/* @__PURE__ */ new ArrayBuffer(0));

/** Before the kernel has published anything. */
export const INITIAL: Pick<Traits, (typeof KERNEL_TRAITS)[number]> = {
  picture: NO_BYTES,
  quantity: { name: "probability", unit: "" },
  labels: [],
  prediction: {},
  headline: {},
  grid: {},
  scores: NO_BYTES,
  together: NO_BYTES,
  foretells: {},
  method_map: {},
  offered: [],
  layers: [],
  audit: {},
  hardly_changed: [],
  status: "stopped",
  progress: {},
  evidence: {},
  curve: {},
  minimal_sets: {},
  certainty: {},
  certainty_estimate: {},
  error: "",
  notes: [],
  about: {},
  check: {},
  fills: [],
  fill_texts: {},
  unavailable_fills: {},
  reading: "",
};

export type Model = ModelOf<Traits, Command>;
