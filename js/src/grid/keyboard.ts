// Keys → intents and moves.

import { listen } from "../dom/listen";
import { cellOf, indexOf } from "../cells/geometry";
import type { SelectMode } from "../cells/selection";
import type { GridShape } from "../model/widget_model";

export interface KeyIntents {
  /** False while a pointer is in use. */
  showActive(shown: boolean): void;
  move(to: Move, extend: boolean): void;
  pick(mode: SelectMode): void;
  all(): void;
  /** False if there was nothing to clear; others then get the key. */
  clear(): boolean;
  undo(): void;
  /** Show the picture without the map, or with it. */
  bare?(): void;
}

export type Move = "left" | "right" | "up" | "down" | "row start" | "row end" | "first" | "last";

const ARROWS: Record<string, Move> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

/** The cell after a move; at an edge, the same one. */
export function moved(grid: GridShape, index: number, move: Move): number {
  const [row, column] = cellOf(grid, index);
  const [bottom, right] = [grid.rows - 1, grid.columns - 1];
  switch (move) {
    case "left":
      return indexOf(grid, [row, Math.max(0, column - 1)]);
    case "right":
      return indexOf(grid, [row, Math.min(right, column + 1)]);
    case "up":
      return indexOf(grid, [Math.max(0, row - 1), column]);
    case "down":
      return indexOf(grid, [Math.min(bottom, row + 1), column]);
    case "row start":
      return indexOf(grid, [row, 0]);
    case "row end":
      return indexOf(grid, [row, right]);
    case "first":
      return 0;
    case "last":
      return indexOf(grid, [bottom, right]);
  }
}

export function listenToKeys(surface: HTMLElement, intents: KeyIntents, signal: AbortSignal): void {
  const keydown = (event: KeyboardEvent) => {
    if (!act(event, intents)) return;
    event.preventDefault();
    event.stopPropagation();
    intents.showActive(true);
  };
  // Screen readers click the active cell's element, not the picture.
  const click = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.matches("[role=gridcell]")) {
      intents.pick({ extend: false, toggle: false });
    }
  };
  listen(surface, "keydown", keydown, signal);
  listen(surface, "click", click, signal);
  listen(surface, "pointerdown", () => intents.showActive(false), signal);
  listen(surface, "focus", () => intents.showActive(surface.matches(":focus-visible")), signal);
  listen(surface, "blur", () => intents.showActive(false), signal);
}

/** Whether the key was handled. */
function act(event: KeyboardEvent, intents: KeyIntents): boolean {
  const command = event.ctrlKey || event.metaKey;
  const { key, shiftKey: extend, repeat } = event;
  if (event.altKey) return false;
  if (key === "Enter" || key === " ") {
    if (!repeat) intents.pick({ extend, toggle: command });
    return true;
  }
  if (ARROWS[key] && !command) intents.move(ARROWS[key], extend);
  else if (key === "Home") intents.move(command ? "first" : "row start", extend);
  else if (key === "End") intents.move(command ? "last" : "row end", extend);
  else if (key === "Escape") return intents.clear();
  else if (command && !extend && key.toLowerCase() === "z") intents.undo();
  else if (command && !extend && key.toLowerCase() === "a") intents.all();
  else if (!command && key.toLowerCase() === "p" && intents.bare) intents.bare();
  else return false;
  return true;
}
