// Past selections, for Undo.

import type { Cell } from "../model/widget_model";

/** What was selected, and whether it was to be kept or hidden. */
export interface Past {
  value: Cell[];
  keep: boolean;
}

const MOST_PAST = 100;

/** Past selections, the oldest forgotten first. */
export class History {
  private readonly past: Past[] = [];

  push(entry: Past): void {
    const last = this.past.at(-1);
    if (last && JSON.stringify(last) === JSON.stringify(entry)) return;
    this.past.push(entry);
    if (this.past.length > MOST_PAST) this.past.shift();
  }

  any(): boolean {
    return this.past.length > 0;
  }

  /** The last selection, taken off; null where there is none. */
  undo(): Past | null {
    return this.past.pop() ?? null;
  }

  /** Cells of another grid or picture are not gone back to. */
  forget(): void {
    this.past.length = 0;
  }
}
