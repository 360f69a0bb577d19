// What the models of both widgets share; STATUSES mirrors gridexplainer_widget/wire/shared.py.

export const STATUSES = ["running", "stopped", "done", "error"] as const;

/** Of the work in the background. */
export type Status = (typeof STATUSES)[number];

export type Cell = [row: number, column: number];

/** rows × columns cells on height × width pixels: the grid of the current scores. */
export interface GridShape {
  rows: number;
  columns: number;
  height: number;
  width: number;
}

/** A dictionary trait is empty before the first message. */
export type Maybe<T> = T | Record<string, never>;

/** The value of a dictionary trait; null while it is empty. */
export function filled<T extends object>(value: Maybe<T>): T | null {
  return Object.keys(value).length > 0 ? (value as T) : null;
}

/** What views need of a model with traits T and commands C; anywidget's and StaticModel fit. */
export interface ModelOf<T, C> {
  get<K extends keyof T & string>(name: K): T[K];
  set<K extends keyof T & string>(name: K, value: T[K]): void;
  save_changes(): void;
  send(content: C, callbacks?: unknown, buffers?: ArrayBuffer[]): void;
  on(event: string, callback: Listener): void;
  off(event: string, callback: Listener): void;
}

/** Listeners to `msg:custom` get a message and its buffers; those to `change:` get nothing. */
export type Listener = (content?: unknown, buffers?: DataView[]) => void;

/** Who answers: a kernel, a kernel that is gone, or a standalone page with a record. */
export type Host = "kernel" | "gone" | "page";
