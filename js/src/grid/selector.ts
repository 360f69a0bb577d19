// The active cell and the selection: intents → choose.

import { sizeOf } from "../cells/geometry";
import {
  clicked,
  everything,
  NOTHING,
  rectangle,
  sameCells,
  selectionOf,
  together,
  valueOf,
  type SelectMode,
  type Selection,
} from "../cells/selection";
import type { Model } from "../model/explorer_protocol";
import { filled, type Cell, type GridShape } from "../model/widget_model";

/** Without `remember`, undo also takes back the choice before. */
export type Choose = (value: Cell[], keep: boolean, remember?: boolean) => void;

export interface CellSelector {
  /** The selection, or its preview during a drag. */
  shown(): Selection;
  dragging(): boolean;
  active(): number;
  click(index: number, mode: SelectMode): void;
  /** Make a cell active; with `extend`, select from the anchor to it. */
  goTo(index: number, extend: boolean): void;
  drag(from: number, to: number, mode: SelectMode): void;
  drop(): void;
  abandon(): void;
  all(): void;
  /** False if nothing was selected. */
  clear(): boolean;
  /** Adopt the model's grid and selection. */
  follow(): void;
}

export function cellSelector(model: Model, choose: Choose): CellSelector {
  let grid: GridShape | null = null;
  let value: Cell[] = [];
  let selected = NOTHING;
  let sent = NOTHING;
  let preview: Selection | null = null;
  let active = 0;
  /** Chosen in a grid that may not be the kernel's. */
  let unsent: Selection | null = null;
  /** Fixed corner of a rectangle. */
  let anchor = 0;

  const send = (cells: Selection) => {
    if (!grid || sameCells(cells, selected)) return;
    if (!isAskedFor(model, grid)) {
      // A new grid is on its way, or another view has asked for this one.
      unsent = cells;
      return model.send({ type: "state" });
    }
    sent = cells;
    choose(valueOf(grid, cells), model.get("keep") && cells.size > 0);
  };

  const click = (index: number, mode: SelectMode) => {
    if (!grid) return;
    const cells = clicked(grid, selected, anchor, index, mode);
    active = index;
    if (!mode.extend) anchor = index;
    send(cells);
  };

  const goTo = (index: number, extend: boolean) => {
    active = index;
    if (!extend) anchor = index;
    else if (grid) send(rectangle(grid, anchor, index));
  };

  const drag = (from: number, to: number, mode: SelectMode) => {
    if (!grid) return;
    if (!mode.extend) anchor = from;
    active = to;
    const cells = rectangle(grid, anchor, to);
    preview = mode.toggle ? together(selected, cells) : cells;
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

  const sendUnsent = () => {
    if (!unsent || !grid || !isAskedFor(model, grid)) return;
    const cells = unsent;
    unsent = null;
    send(cells);
  };

  const follow = () => {
    adopt();
    sendUnsent();
  };

  const adopt = () => {
    const [newGrid, newValue] = [filled(model.get("grid")), model.get("value")];
    if (newGrid === grid && newValue === value) return;
    if (newGrid?.rows !== grid?.rows || newGrid?.columns !== grid?.columns) {
      preview = unsent = null;
      active = anchor = 0;
    }
    [grid, value] = [newGrid, newValue];
    const cells = selectionOf(grid, value);
    if (sameCells(cells, selected)) return;
    selected = cells;
    const [first] = cells;
    // Selected by another view or from Python: continue there.
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

function isAskedFor(model: Model, grid: GridShape): boolean {
  const [rows, columns] = sizeOf(model.get("grid_size"));
  return rows === grid.rows && columns === grid.columns;
}
