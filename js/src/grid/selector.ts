// Where the user is on the grid, and what is selected there: intents → choose.

import { sizeOf } from "../cells/geometry";
import type { Model } from "../model/explorer_protocol";
import { filled, type Cell, type GridShape } from "../model/widget_model";
import {
  clicked,
  everything,
  NOTHING,
  rectangle,
  sameCells,
  selectionOf,
  together,
  valueOf,
  type How,
  type Selection,
} from "../cells/selection";

/** Without `remember`, it goes on from the choice before: one undo takes both back. */
export type Choose = (value: Cell[], keep: boolean, remember?: boolean) => void;

export interface Selecting {
  /** What is selected, or would be if the drag ended here. */
  shown(): Selection;
  dragging(): boolean;
  active(): number;
  click(index: number, how: How): void;
  /** Make a cell the active one; where it extends, select all from the anchor to it. */
  goTo(index: number, extend: boolean): void;
  drag(from: number, to: number, how: How): void;
  drop(): void;
  abandon(): void;
  all(): void;
  /** False where nothing is selected. */
  clear(): boolean;
  /** Take over what the model holds. */
  follow(): void;
}

export function selecting(model: Model, choose: Choose): Selecting {
  let grid: GridShape | null = null;
  let value: Cell[] = [];
  let selected = NOTHING;
  let sent = NOTHING;
  let preview: Selection | null = null;
  let active = 0;
  /** The corner from which a rectangle extends. */
  let anchor = 0;

  const send = (cells: Selection) => {
    if (!grid || sameCells(cells, selected)) return;
    const [rows, columns] = sizeOf(model.get("grid_size"));
    if (rows !== grid.rows || columns !== grid.columns) return; // another grid is on its way
    sent = cells;
    choose(valueOf(grid, cells), model.get("keep") && cells.size > 0);
  };

  const click = (index: number, how: How) => {
    if (!grid) return;
    const cells = clicked(grid, selected, anchor, index, how);
    active = index;
    if (!how.extend) anchor = index;
    send(cells);
  };

  const goTo = (index: number, extend: boolean) => {
    active = index;
    if (!extend) anchor = index;
    else if (grid) send(rectangle(grid, anchor, index));
  };

  const drag = (from: number, to: number, how: How) => {
    if (!grid) return;
    if (!how.extend) anchor = from;
    active = to;
    const cells = rectangle(grid, anchor, to);
    preview = how.toggle ? together(selected, cells) : cells;
  };

  const drop = () => {
    const cells = preview;
    preview = null;
    if (cells) send(cells);
  };

  const abandon = () => {
    preview = null;
  };

  const clear = () => {
    const any = selected.size > 0;
    send(NOTHING);
    return any;
  };

  const follow = () => {
    const [newGrid, newValue] = [filled(model.get("grid")), model.get("value")];
    if (newGrid === grid && newValue === value) return;
    if (newGrid?.rows !== grid?.rows || newGrid?.columns !== grid?.columns) {
      preview = null;
      active = anchor = 0;
    }
    [grid, value] = [newGrid, newValue];
    const cells = selectionOf(grid, value);
    if (sameCells(cells, selected)) return;
    selected = cells;
    const [first] = cells;
    // Selected elsewhere: begin there.
    if (first !== undefined && !cells.has(active) && !sameCells(cells, sent)) active = anchor = first;
  };

  return {
    shown: () => preview ?? selected,
    dragging: () => preview !== null,
    active: () => active,
    click,
    goTo,
    drag,
    drop,
    abandon,
    all: () => grid && send(everything(grid)),
    clear,
    follow,
  };
}
