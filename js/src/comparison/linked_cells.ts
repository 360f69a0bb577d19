// Cells marked in all maps at once: hovered, active (by keyboard), clicked.

import { alone, NOTHING, selectionOf, valueOf, type Selection } from "../cells/selection";
import { moved, type Move } from "../grid/keyboard";
import type { Model } from "../model/comparison_protocol";
import { filled } from "../model/widget_model";

export interface Marks {
  hovered: number | null;
  /** In the focused map only. */
  active: number | null;
  selected: Selection;
}

export interface LinkedCells<Map> {
  marksIn(map: Map): Marks;
  /** The hovered or active cell, else the clicked one. */
  current(): number | null;
  active(): number;
  selected(): Selection;
  /** Changes with the active or clicked cell, not with a hover. */
  place(): string;
  hover(index: number | null): void;
  showActive(map: Map, shown: boolean): void;
  move(to: Move): void;
  /** A second click deselects. */
  pick(index: number): void;
  /** Deselect; false if no cell is clicked. */
  clear(): boolean;
  forget(map: Map): void;
}

/** `send` tells the kernel; `changed` redraws the marks. */
export function linkCells<Map>(model: Model, send: () => void, changed: () => void): LinkedCells<Map> {
  let hovered: number | null = null;
  let active = 0;
  let keyboardMap: Map | null = null;

  const shape = () => filled(model.get("grid"));
  const inside = (index: number | null) => {
    const grid = shape();
    return grid && index !== null && index < grid.rows * grid.columns ? index : null;
  };
  const selected = () => selectionOf(shape(), model.get("value"));
  const pointed = () => inside(hovered ?? (keyboardMap ? active : null));
  const choose = (cells: Selection) => {
    const grid = shape();
    if (!grid) return;
    model.set("value", valueOf(grid, cells));
    send();
    changed();
  };

  return {
    marksIn(map) {
      const focused = keyboardMap === map && inside(active) !== null;
      return {
        hovered: focused && hovered === null ? null : pointed(),
        active: focused ? active : null,
        selected: selected(),
      };
    },
    current: () => pointed() ?? [...selected()][0] ?? null,
    active: () => inside(active) ?? 0,
    selected,
    place: () => `${inside(active) ?? 0} ${[...selected()].join()}`,
    hover(index) {
      if (index === hovered) return;
      hovered = index;
      changed();
    },
    showActive(map, shown) {
      if (shown) hovered = null;
      if (shown) keyboardMap = map;
      else if (keyboardMap === map) keyboardMap = null;
      changed();
    },
    move(to) {
      const grid = shape();
      if (grid) active = moved(grid, inside(active) ?? 0, to);
      changed();
    },
    pick(index) {
      active = index;
      choose(alone(selected(), index));
    },
    clear() {
      const any = selected().size > 0;
      if (any) choose(NOTHING);
      return any;
    },
    forget(map) {
      if (keyboardMap === map) keyboardMap = null;
    },
  };
}
