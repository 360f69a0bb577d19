// Models of both widgets; STATUSES mirrors gridexplainer_widget/wire/shared.py.

export const STATUSES = ["running", "stopped", "done", "error"] as const;

export type Status = (typeof STATUSES)[number];

export type Cell = [row: number, column: number];

/** The grid of the current scores, on height × width pixels. */
export interface GridShape {
  rows: number;
  columns: number;
  height: number;
  width: number;
}

/** Empty before the first message. */
export type Maybe<T> = T | Record<string, never>;

/** null while empty. */
export function filled<T extends object>(value: Maybe<T>): T | null {
  return Object.keys(value).length > 0 ? (value as T) : null;
}

/** A model with traits T and commands C; anywidget's and StaticModel fit. */
export interface ModelOf<T, C> {
  get<K extends keyof T & string>(name: K): T[K];
  set<K extends keyof T & string>(name: K, value: T[K]): void;
  save_changes(): void;
  send(content: C, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, callback: Listener): void;
  off(event: string, callback: Listener): void;
}

/** `msg:custom` listeners get a message and its buffers, `change:` ones nothing. */
export type Listener = (content?: unknown, buffers?: DataView[]) => void;

/** Who answers: a kernel, a lost kernel, or a page with a record. */
export type Host = "kernel" | "gone" | "page";

/** Probabilities of classes, or values in a unit of their own, such as "years"; "" if not told. */
export interface Quantity {
  name: "probability" | "value";
  unit: string;
}

/** A method; `disabledReason` is "" where it works with this model. */
export type Offered = [name: string, title: string, takesLayer: boolean, disabledReason: string];
