// The grid for screen readers, with an element for the active cell only.

import { cellBox, cellOf } from "../cells/geometry";
import { attribute, element } from "../dom/element";
import type { GridShape } from "../model/widget_model";

export interface AriaGrid {
  update(grid: GridShape | null, index: number, text: string, selected: boolean): void;
}

/** Make an element the grid; it is focusable once there are cells. */
export function ariaGrid(root: HTMLElement): AriaGrid {
  // A counter is not unique: each widget may load its own copy of this module.
  const name = `gx-cell-${Math.random().toString(36).slice(2)}`;
  let moves = 0;
  let shown = "";
  let cell = element("div", "gx-sr");
  let row = element("div", "gx-sr");

  // Screen readers read new elements, not changed texts.
  const move = (grid: GridShape, index: number) => {
    const [rowIndex, columnIndex] = cellOf(grid, index);
    const box = cellBox(grid, index, 100, 100);
    const old = row;
    row = element("div", "gx-sr");
    attribute(row, "role", "row");
    attribute(row, "aria-rowindex", String(rowIndex + 1));
    // Screen magnifiers follow the element.
    row.style.left = `${box.x}%`;
    row.style.top = `${box.y}%`;
    row.style.width = `${box.width}%`;
    row.style.height = `${box.height}%`;
    cell = element("div", "");
    cell.id = `${name}-${++moves}`;
    attribute(cell, "role", "gridcell");
    attribute(cell, "aria-colindex", String(columnIndex + 1));
    row.append(cell);
    old.remove();
    root.append(row);
    attribute(root, "aria-activedescendant", cell.id);
  };

  const begin = (grid: GridShape) => {
    root.tabIndex = 0;
    attribute(root, "role", "grid");
    attribute(root, "aria-label", "Cells of the picture");
    attribute(root, "aria-multiselectable", "true");
    attribute(root, "aria-rowcount", String(grid.rows));
    attribute(root, "aria-colcount", String(grid.columns));
    // See element.ts.
    root.dataset["lmSuppressShortcuts"] = "true";
  };

  const update = (grid: GridShape | null, index: number, text: string, selected: boolean) => {
    if (!grid) return;
    const key = `${grid.rows} ${grid.columns} ${index}`;
    if (key !== shown) {
      shown = key;
      begin(grid);
      move(grid, index);
    }
    if (cell.textContent !== text) cell.textContent = text;
    attribute(cell, "aria-selected", String(selected));
  };
  return { update };
}
