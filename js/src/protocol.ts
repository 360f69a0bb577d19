// Names and types of what crosses the wire; mirrors gridexplainer_widget/protocol.py.

export const KERNEL_TRAITS = [
  "picture",
  "labels",
  "prediction",
  "grid",
  "scores",
  "status",
  "progress",
  "evidence",
  "error",
  "notes",
  "about",
  "fills",
] as const;

export const FRONT_END_TRAITS = ["grid_size", "fill", "target", "score", "value"] as const;

export const COMMANDS = ["start", "stop"] as const;

export const STATUSES = ["running", "stopped", "done", "error"] as const;

export const MAX_GRID = 64;

export type Command = (typeof COMMANDS)[number];
export type Status = (typeof STATUSES)[number];
export type Score = "probability" | "log-odds";
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

export interface Evidence {
  cells: Cell[];
  picture: DataView;
  /** null while the cell is pending */
  drop: number | null;
  classes: [index: number, before: number, after: number][];
}

export interface About {
  model: string;
  preprocessing: string;
  output: string;
}

/** Before the first message, a dictionary is empty. */
type Maybe<T> = T | Record<string, never>;

export interface Traits {
  picture: DataView;
  labels: string[];
  prediction: Maybe<Prediction>;
  grid: Maybe<GridShape>;
  scores: DataView;
  status: Status;
  progress: Maybe<Progress>;
  evidence: Maybe<Evidence>;
  error: string;
  notes: string[];
  about: Maybe<About>;
  fills: string[];
  grid_size: number | Cell;
  fill: string;
  target: number | string | null;
  score: Score;
  value: Cell[];
}

/** What the views need of a model; anywidget's and the static host's both fit. */
export interface Model {
  get<K extends keyof Traits>(name: K): Traits[K];
  set<K extends keyof Traits>(name: K, value: Traits[K]): void;
  save_changes(): void;
  send(content: { type: Command }): void;
  on(event: string, callback: () => void): void;
  off(event: string, callback: () => void): void;
}

/** A dictionary trait once it is filled. */
export function filled<T extends object>(value: Maybe<T>): T | null {
  return Object.keys(value).length > 0 ? (value as T) : null;
}
