// The panels of a comparison, one per method.

import type { MethodRequest, Model } from "../model/comparison_protocol";
import { filled, type Host, type Status } from "../model/widget_model";
import { bestOf } from "../text/metrics";
import type { LinkedCells } from "./linked_cells";
import { mapPanel, type MapPanel } from "./map_panel";
import { mapsOf, progressOf } from "./maps";

export interface PanelList {
  panels: readonly MapPanel[];
  add(request: MethodRequest): void;
  update(status: Status): void;
  end(): void;
}

/** `emptied` is called when no panel is left. */
export function panelList(
  body: HTMLElement,
  model: Model,
  host: () => Host,
  linkedCells: LinkedCells<object>,
  redraw: () => void,
  send: () => void,
  emptied: () => void,
): PanelList {
  const panels: MapPanel[] = [];

  const ask = (methods: MethodRequest[]) => {
    model.set("methods", methods);
    send();
  };
  const change = (panel: MapPanel, request: MethodRequest) => {
    ask(model.get("methods").map((old, place) => (panels[place] === panel ? request : old)));
  };
  // Remove only this panel: menus open in the others stay open.
  const remove = (panel: MapPanel) => {
    const place = panels.indexOf(panel);
    panels.splice(place, 1);
    panel.end();
    ask(model.get("methods").filter((_, other) => other !== place));
    const next = panels[place] ?? panels[place - 1];
    if (next) next.focus();
    else emptied();
  };
  const open = () => {
    const intents = { change: (request: MethodRequest) => change(panel, request), remove: () => remove(panel) };
    const panel = mapPanel(model, host, linkedCells, intents, redraw);
    panels.push(panel);
    body.append(panel.element);
  };

  const update = (status: Status) => {
    const methods = model.get("methods");
    while (panels.length > methods.length) panels.pop()!.end();
    while (panels.length < methods.length) open();
    const [records, progress] = [model.get("maps"), model.get("progress")];
    const maps = mapsOf(methods, records);
    const metrics = model.get("metrics");
    const values = maps.map((map) => filled(map?.figures ?? {})).filter((of) => of !== null);
    const best = bestOf(metrics, values);
    panels.forEach((panel, place) => {
      const map = maps[place]!;
      const state = { progress: progressOf(map, records, progress), status, metrics, best };
      panel.update(methods[place]!, map, state);
    });
  };
  return {
    panels,
    add: (request) => ask([...model.get("methods"), request]),
    update,
    end: () => panels.forEach((panel) => panel.end()),
  };
}
