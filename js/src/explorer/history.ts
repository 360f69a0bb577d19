// Past selections, for Undo.

import { refit } from "../cells/refit";
import type { Cell, GridShape } from "../model/widget_model";

export interface HistoryEntry {
  value: Cell[];
  keep: boolean;
  /** That the cells are of. */
  grid: GridShape | null;
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

  /** The same pixels on the grid of now; null if there is none. */
  undo(grid: GridShape | null): HistoryEntry | null {
    const last = this.entries.pop();
    if (!last) return null;
    if (!grid || !last.grid) return last;
    return { ...last, grid, value: refit(last.value, last.grid, grid) };
  }

  /** For a new picture. */
  forget(): void {
    this.entries.length = 0;
  }
}
