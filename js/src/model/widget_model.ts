// What the models of both widgets have in common.

export type Cell = [row: number, column: number];

/** rows × columns cells on height × width pixels: the grid that the scores belong to. */
export interface GridShape {
  rows: number;
  columns: number;
  height: number;
  width: number;
}

/** Before the first message, a dictionary is empty. */
export type Maybe<T> = T | Record<string, never>;

/** A dictionary trait once it is filled. */
export function filled<T extends object>(value: Maybe<T>): T | null {
  return Object.keys(value).length > 0 ? (value as T) : null;
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

/** `change:` listeners are given nothing; `msg:custom` ones a message and its buffers. */
export type Listener = (content?: unknown, buffers?: DataView[]) => void;

/** Who answers: a kernel, one that is gone, or the page itself, which knows what was recorded. */
export type Host = "kernel" | "gone" | "page";
