// How many cells the grid has.

import { sizeOf, squareCells } from "../cells/geometry";
import { element } from "../dom/element";
import { field } from "../dom/field";
import { listen } from "../dom/listen";
import { MAX_GRID } from "../model/explorer_protocol";
import { filled, type Cell, type GridShape, type Maybe, type ModelOf } from "../model/widget_model";

interface Gridded {
  grid_size: number | Cell;
  grid: Maybe<GridShape>;
}

/** `shape` is the picture's width over its height. */
export function gridControl(model: ModelOf<Gridded, never>, signal: AbortSignal, shape: () => number) {
  const range = element("input", "gx-range");
  range.type = "range";
  range.step = "1";
  range.dataset["asks"] = "";
  const size = element("output", "gx-size");
  const wrap = element("span", "gx-range-row");
  wrap.append(range, size);
  listen(range, "input", () => {
    model.set("grid_size", squareCells(Number(range.value), shape()));
    model.save_changes();
    update();
  }, signal);
  const update = () => {
    const value = model.get("grid_size");
    const [rows, columns] = sizeOf(value);
    const grid = filled(model.get("grid"));
    range.max = String(Math.min(MAX_GRID, grid?.height ?? MAX_GRID, grid?.width ?? MAX_GRID));
    range.min = String(Math.min(2, rows, columns));
    range.value = String(Math.round(Math.sqrt(rows * columns)));
    size.textContent = `${rows} × ${columns}`;
  };
  return { element: field("Grid", wrap), update };
}
