// The cells that are marked in all maps of a comparison at once: pointed at, led to by keys, clicked.

import type { Model } from "../model/comparison_protocol";
import { moved, type Move } from "../grid/keyboard";
import { filled } from "../model/widget_model";
import { alone, NOTHING, selectionOf, valueOf, type Selection } from "../cells/selection";

/** What is marked in one map. */
export interface Marks {
  hovered: number | null;
  /** The keyboard's cell, in the map that has the focus. */
  active: number | null;
  selected: Selection;
}

export interface Linked<Map> {
  marksIn(map: Map): Marks;
  /** The cell that the numbers are of: the one that is marked now, or the clicked one. */
  current(): number | null;
  /** The cell that keys start from. */
  active(): number;
  selected(): Selection;
  /** Changes with the keyboard's cell and the clicked one, and not with a hover. */
  place(): string;
  hover(index: number | null): void;
  /** The keyboard is at work in a map, or no longer. */
  lead(map: Map, leads: boolean): void;
  move(to: Move): void;
  /** Click a cell; one that is clicked already is left. */
  pick(index: number): void;
  /** False where no cell is clicked. */
  clear(): boolean;
  /** The map is gone. */
  forget(map: Map): void;
}

/** `send` tells the kernel, `changed` is called when marks are to be drawn anew. */
export function linkedCells<Map>(model: Model, send: () => void, changed: () => void): Linked<Map> {
  let hovered: number | null = null;
  let active = 0;
  let leader: Map | null = null;

  const shape = () => filled(model.get("grid"));
  const inside = (index: number | null) => {
    const grid = shape();
    return grid && index !== null && index < grid.rows * grid.columns ? index : null;
  };
  const selected = () => selectionOf(shape(), model.get("value"));
  const pointed = () => inside(hovered ?? (leader ? active : null));
  const choose = (cells: Selection) => {
    const grid = shape();
    if (!grid) return;
    model.set("value", valueOf(grid, cells));
    send();
    changed();
  };

  return {
    marksIn(map) {
      const leads = leader === map && inside(active) !== null;
      return {
        hovered: leads && hovered === null ? null : pointed(),
        active: leads ? active : null,
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
    lead(map, leads) {
      if (leads) hovered = null;
      if (leads) leader = map;
      else if (leader === map) leader = null;
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
      if (leader === map) leader = null;
    },
  };
}
