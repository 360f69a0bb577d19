// Past selections, for Undo.

import type { Cell } from "../model/widget_model";

export interface HistoryEntry {
  value: Cell[];
  keep: boolean;
}

const MAX_ENTRIES = 100;

/** Drops the oldest selection first. */
export class History {
  private readonly past: HistoryEntry[] = [];

  push(entry: HistoryEntry): void {
    const last = this.past.at(-1);
    if (last && JSON.stringify(last) === JSON.stringify(entry)) return;
    this.past.push(entry);
    if (this.past.length > MAX_ENTRIES) this.past.shift();
  }

  any(): boolean {
    return this.past.length > 0;
  }

  /** Remove and return the last selection; null if there is none. */
  undo(): HistoryEntry | null {
    return this.past.pop() ?? null;
  }

  /** For a new grid or picture. */
  forget(): void {
    this.past.length = 0;
  }
}
