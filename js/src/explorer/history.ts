// Past selections, for Undo.

import type { Cell } from "../model/widget_model";

export interface HistoryEntry {
  value: Cell[];
  keep: boolean;
}

const MAX_ENTRIES = 100;

/** Drops the oldest selection first. */
export class History {
  private readonly entries: HistoryEntry[] = [];

  push(entry: HistoryEntry): void {
    const last = this.entries.at(-1);
    if (last && JSON.stringify(last) === JSON.stringify(entry)) return;
    this.entries.push(entry);
    if (this.entries.length > MAX_ENTRIES) this.entries.shift();
  }

  any(): boolean {
    return this.entries.length > 0;
  }

  /** null if there is none. */
  undo(): HistoryEntry | null {
    return this.entries.pop() ?? null;
  }

  /** For a new grid or picture. */
  forget(): void {
    this.entries.length = 0;
  }
}
