// One method of a comparison: what it is, its map, and what is known of the map.

import { placeText } from "../text/cell_text";
import { mapView, type Pictures } from "./map_view";
import { shares, valuesOf } from "./maps";
import type { Asked, MapRecord, Model, Progress, Status } from "../model/comparison_protocol";
import { element, showNodes } from "../dom/element";
import { figureRow } from "./metric_row";
import type { Linked } from "./linked_cells";
import { notesView, stateLine } from "./map_facts";
import { rankText, scaleText, valueText } from "../text/map_text";
import type { Best } from "../text/metrics";
import { askedTitle, methodControl, type MethodIntents } from "./method_control";
import { filled, type GridShape, type Host } from "../model/widget_model";
import { largestOf } from "../cells/scores";

/** What a panel shows beside its map. */
export interface Known {
  progress: Progress;
  status: Status;
  best: Best;
}

export interface Panel {
  element: HTMLElement;
  update(asked: Asked, map: MapRecord | null, known: Known): void;
  draw(pictures: Pictures, grid: GridShape | null): void;
  /** Say what is marked. Apart from drawing, which asks for sizes: after texts these cost a layout. */
  tell(grid: GridShape): void;
  /** Give the focus to the button that takes it away. */
  focus(): void;
  end(): void;
}

export function comparePanel(
  model: Model,
  host: () => Host,
  linked: Linked<object>,
  intents: MethodIntents,
  redraw: () => void,
): Panel {
  const controller = new AbortController();
  const { signal } = controller;
  const root = element("div", "gx-panel");
  root.setAttribute("role", "group");
  const control = methodControl(model, signal, host, intents);
  let values: Float32Array = new Float32Array();
  let drawn: Float32Array = new Float32Array();
  const view = mapView(linked, () => drawn, redraw, signal);
  const failure = element("p", "gx-map-failed");
  const reading = element("p", "gx-reading");
  const state = stateLine();
  const row = element("dl", "gx-figures");
  const notes = notesView();
  const place = element("div", "gx-map-place");
  place.append(view.element, failure);
  const below = element("div", "gx-map-below");
  below.append(row, notes.element);
  root.append(...control.elements, place, reading, state.element, below);

  let title = "";
  let map: MapRecord | null = null;
  let bytes: DataView | null | undefined;
  let cells = -1;
  let largest = 0;
  /** The cell that has been described; "" where its map may have changed since. */
  let told = "";

  const textOf = (index: number) => {
    const unit = map?.unit ?? "";
    const value = valueText(values[index] ?? NaN, unit, largest);
    const rank = rankText(values, index);
    return rank ? `${value} · ${rank}` : value;
  };

  const update = (asked: Asked, next: MapRecord | null, { progress, status, best }: Known) => {
    map = next;
    title = map?.title || askedTitle(model.get("offered"), asked);
    const grid = filled(model.get("grid"));
    const count = grid ? grid.rows * grid.columns : 0;
    if (bytes !== (map?.values ?? null) || cells !== count) {
      [bytes, cells] = [map?.values ?? null, count];
      values = valuesOf(map, count);
      drawn = shares(values);
      largest = largestOf(values);
    }
    told = "";
    const failed = map?.status === "failed";
    root.setAttribute("aria-label", title);
    root.dataset["status"] = map?.status ?? "pending";
    control.update(asked, map, title);
    view.element.hidden = failed;
    failure.hidden = !failed;
    failure.textContent = failed ? map?.error || "This method failed." : "";
    reading.hidden = failed;
    state.update(map, progress, status, title);
    showNodes(row, figureRow(filled(map?.figures ?? {}), best));
    notes.update(map);
  };

  const draw = (pictures: Pictures, grid: GridShape | null) => {
    if (map?.status !== "failed") view.draw(pictures, grid);
  };

  const tell = (grid: GridShape) => {
    const index = linked.current();
    const text = index === null ? scaleText(values, largest, map?.unit ?? "") : textOf(index);
    if (reading.textContent !== text) reading.textContent = text;
    if (told === linked.place()) return;
    told = linked.place();
    view.describe(grid, `Map of ${title}`, (cell) => `${placeText(grid, cell)}, ${textOf(cell)}`);
  };

  const end = () => {
    controller.abort();
    root.remove();
  };
  return { element: root, update, draw, tell, focus: control.focus, end };
}
