// Names and types of what crosses the wire; mirrors gridexplainer_widget/wire/explorer.py.

export const KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "grid",
  "scores",
  "status",
  "progress",
  "evidence",
  "curve",
  "error",
  "notes",
  "about",
  "check",
  "fills",
] as const;

/** How drops are drawn: set without save_changes, so that no message is sent. */
export const LOOKS = ["colormap", "opacity", "numbers", "scale", "threshold"] as const;

export const FRONT_END_TRAITS = [
  "grid_size",
  "fill",
  "target",
  "score",
  "value",
  "keep",
  ...LOOKS,
] as const;

export const COMMANDS = ["start", "stop", "play", "explain", "save"] as const;

export const SAVED_FORMATS = ["html", "npz"] as const;

export const COLORMAPS = ["orange-blue", "purple-green", "red-blue"] as const;

export const SCALES = ["relative", "absolute"] as const;

export const STATUSES = ["running", "stopped", "done", "error"] as const;

export const MAX_GRID = 64;

/** Bytes of a picture that is sent. */
export const MAX_UPLOAD = 8 * 2 ** 20;

export type Command =
  | { type: "start" | "stop" | "play" }
  | { type: "explain"; name: string }
  | { type: "save"; format: SavedFormat; id: string };
export type SavedFormat = (typeof SAVED_FORMATS)[number];
export type Colormap = (typeof COLORMAPS)[number];
export type Scale = (typeof SCALES)[number];
export type Status = (typeof STATUSES)[number];
export type Score = "probability" | "log-odds";
export type CheckVerdict = "ok" | "warning" | "wrong" | "unknown";
export type Cell = [row: number, column: number];

/** rows × columns cells on height × width pixels: the grid that the scores belong to. */
export interface GridShape {
  rows: number;
  columns: number;
  height: number;
  width: number;
}

export interface Prediction {
  target: number;
  probability: number;
  saturated: boolean;
  top: [index: number, probability: number][];
}

export interface Progress {
  done: number;
  total: number;
  rate: number;
  left: number | null;
}

/** What the model believed with `cells` hidden together, or with all but them hidden. */
export interface Evidence {
  cells: Cell[];
  keep: boolean;
  picture: DataView;
  /** null while the answer is pending */
  drop: number | null;
  /** Sum of the cells' single drops; null for one cell, with `keep`, and while one is pending. */
  sum: number | null;
  /** `drop` − `sum` */
  synergy: number | null;
  classes: [index: number, before: number, after: number][];
}

/** The target's probability with the top k cells hidden, and with all others hidden. */
export interface Curve {
  counts: number[];
  /** One for each count; null while pending. */
  deletion: (number | null)[];
  insertion: (number | null)[];
  running: boolean;
}

export interface About {
  model: string;
  preprocessing: string;
  output: string;
}

/** What looks wrong with the model, in plain sentences; stays empty where nobody checked it. */
export interface Check {
  /** The worst of the checks'. */
  verdict: Exclude<CheckVerdict, "unknown">;
  summary: string;
  /** `advice` is empty where there is none. */
  checks: [name: string, verdict: CheckVerdict, seen: string, advice: string][];
}

/** Before the first message, a dictionary is empty. */
export type Maybe<T> = T | Record<string, never>;

export interface Traits {
  picture: DataView;
  labels: string[];
  prediction: Maybe<Prediction>;
  grid: Maybe<GridShape>;
  scores: DataView;
  status: Status;
  progress: Maybe<Progress>;
  evidence: Maybe<Evidence>;
  curve: Maybe<Curve>;
  error: string;
  notes: string[];
  about: Maybe<About>;
  check: Maybe<Check>;
  fills: string[];
  grid_size: number | Cell;
  fill: string;
  target: number | string | null;
  score: Score;
  value: Cell[];
  /** Everything but `value` is hidden. */
  keep: boolean;
  colormap: Colormap;
  /** Of the strongest colour, 0..1. */
  opacity: number;
  numbers: boolean;
  scale: Scale;
  /** Drops smaller than this share of the scale fade, 0..1. */
  threshold: number;
}

/** What views need of a model with traits T and commands C; anywidget's and the static host's fit. */
export interface ModelOf<T, C> {
  get<K extends keyof T & string>(name: K): T[K];
  set<K extends keyof T & string>(name: K, value: T[K]): void;
  save_changes(): void;
  send(content: C, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, callback: Listener): void;
  off(event: string, callback: Listener): void;
}

export type Model = ModelOf<Traits, Command>;

/** `change:` listeners are given nothing; `msg:custom` ones a message and its buffers. */
export type Listener = (content?: unknown, buffers?: DataView[]) => void;

/** Who answers: a kernel, one that is gone, or the page itself, which knows what was recorded. */
export type Host = "kernel" | "gone" | "page";

/** A dictionary trait once it is filled. */
export function filled<T extends object>(value: Maybe<T>): T | null {
  return Object.keys(value).length > 0 ? (value as T) : null;
}
