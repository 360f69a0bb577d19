// One method of a comparison: controls, map and facts.

import { largestOf } from "../cells/scores";
import { attribute, element, showNodes } from "../dom/element";
import type { MapRecord, MethodRequest, Metric, Model, Progress } from "../model/comparison_protocol";
import { filled, type GridShape, type Host, type Status } from "../model/widget_model";
import { placeText, strengthRank } from "../text/cell_text";
import { scaleText, valueText } from "../text/map_text";
import type { BestTexts } from "../text/metrics";
import type { LinkedCells } from "./linked_cells";
import { notesView, stateLine } from "./map_facts";
import { mapView, type Pictures } from "./map_view";
import { shares, valuesOf } from "./maps";
import { requestTitle, methodControl, type MethodIntents } from "./method_control";
import { metricRows } from "./metric_row";
import { trustLine } from "./trust_line";

export interface PanelState {
  progress: Progress;
  status: Status;
  metrics: readonly Metric[];
  best: BestTexts;
}

export interface MapPanel {
  element: HTMLElement;
  update(request: MethodRequest, map: MapRecord | null, state: PanelState): void;
  draw(pictures: Pictures, grid: GridShape | null): void;
  /** Write the marked cell's value; not in `draw`, which reads sizes: after a change of text, that
      forces a layout. */
  describe(grid: GridShape): void;
  focus(): void;
  end(): void;
}

export function mapPanel(
  model: Model,
  host: () => Host,
  linkedCells: LinkedCells<object>,
  intents: MethodIntents,
  redraw: () => void,
): MapPanel {
  const controller = new AbortController();
  const { signal } = controller;
  const root = element("div", "gx-panel");
  attribute(root, "role", "group");
  const control = methodControl(model, signal, host, intents);
  let values: Float32Array = new Float32Array();
  let drawn: Float32Array = new Float32Array();
  const view = mapView(linkedCells, () => drawn, redraw, signal);
  const failure = element("p", "gx-map-failed");
  const reading = element("p", "gx-map-reading");
  const state = stateLine();
  const trust = trustLine();
  const figures = element("div", "gx-figures");
  const notes = notesView();
  const place = element("div", "gx-map-place");
  place.append(view.element, failure);
  const below = element("div", "gx-map-below");
  below.append(trust.element, figures, notes.element);
  root.append(...control.elements, place, reading, state.element, below);

  let title = "";
  let map: MapRecord | null = null;
  let bytes: DataView | null | undefined;
  let cells = -1;
  let largest = 0;
  /** "" once the map may have changed. */
  let described = "";

  const textOf = (index: number) => {
    const unit = map?.unit ?? "";
    const own = values[index] ?? NaN;
    // Where it has a unit, what hiding the cell changes.
    const value = valueText(unit === "" ? own : -own, unit, largest, model.get("quantity").unit);
    const rank = strengthRank(values, index);
    return rank ? `${value} · ${rank}` : value;
  };

  const update = (request: MethodRequest, next: MapRecord | null, panelState: PanelState) => {
    const { progress, status, metrics, best } = panelState;
    map = next;
    title = map?.title || requestTitle(model.get("offered"), request);
    const grid = filled(model.get("grid"));
    const count = grid ? grid.rows * grid.columns : 0;
    if (bytes !== (map?.values ?? null) || cells !== count) {
      [bytes, cells] = [map?.values ?? null, count];
      values = valuesOf(map, count);
      drawn = shares(values);
      largest = largestOf(values);
    }
    described = "";
    const failed = map?.status === "failed";
    attribute(root, "aria-label", title);
    root.dataset["status"] = map?.status ?? "pending";
    control.update(request, map, title);
    view.element.hidden = failed;
    failure.hidden = !failed;
    failure.textContent = failed ? map?.error || "This method failed." : "";
    reading.hidden = failed;
    state.update(map, progress, status, title);
    trust.update(filled(map?.trust ?? {}));
    showNodes(figures, metricRows(metrics, filled(map?.figures ?? {}), best));
    notes.update(map);
  };

  const draw = (pictures: Pictures, grid: GridShape | null) => {
    if (map?.status !== "failed") view.draw(pictures, grid);
  };

  const describe = (grid: GridShape) => {
    const index = linkedCells.current();
    const text = index === null ? scaleText(values, largest, map?.unit ?? "", model.get("quantity").unit) : textOf(index);
    if (reading.textContent !== text) reading.textContent = text;
    if (described === linkedCells.place()) return;
    described = linkedCells.place();
    view.describe(grid, `Map of ${title}`, (cell) => `${placeText(grid, cell)}, ${textOf(cell)}`);
  };

  const end = () => {
    controller.abort();
    root.remove();
  };
  return { element: root, update, draw, describe, focus: control.focus, end };
}
