// The panels of a comparison: one for each method, in their order; how they come, change and go.

import { comparePanel, type Panel } from "./map_panel";
import type { Asked, Model, Status } from "../model/comparison_protocol";
import { mapsOf, progressOf } from "./maps";
import type { Linked } from "./linked_cells";
import { bestOf } from "../text/metrics";
import { filled, type Host } from "../model/widget_model";

export interface PanelList {
  panels: readonly Panel[];
  add(asked: Asked): void;
  update(status: Status): void;
  end(): void;
}

/** `send` tells the kernel, `emptied` is called when the last panel has been taken away. */
export function panelList(
  body: HTMLElement,
  model: Model,
  host: () => Host,
  linked: Linked<object>,
  redraw: () => void,
  send: () => void,
  emptied: () => void,
): PanelList {
  const panels: Panel[] = [];

  const ask = (methods: Asked[]) => {
    model.set("methods", methods);
    send();
  };
  const change = (panel: Panel, asked: Asked) => {
    ask(model.get("methods").map((old, place) => (panels[place] === panel ? asked : old)));
  };
  // The panel itself goes, and not the last one: what is open in the others stays so.
  const remove = (panel: Panel) => {
    const place = panels.indexOf(panel);
    panels.splice(place, 1);
    panel.end();
    ask(model.get("methods").filter((_, other) => other !== place));
    const next = panels[place] ?? panels[place - 1];
    if (next) next.focus();
    else emptied();
  };
  const open = () => {
    const intents = { change: (asked: Asked) => change(panel, asked), remove: () => remove(panel) };
    const panel = comparePanel(model, host, linked, intents, redraw);
    panels.push(panel);
    body.append(panel.element);
  };

  const update = (status: Status) => {
    const methods = model.get("methods");
    while (panels.length > methods.length) panels.pop()!.end();
    while (panels.length < methods.length) open();
    const [known, progress] = [model.get("maps"), model.get("progress")];
    const maps = mapsOf(methods, known);
    const figures = maps.map((map) => filled(map?.figures ?? {})).filter((of) => of !== null);
    const best = bestOf(figures);
    panels.forEach((panel, place) => {
      const map = maps[place]!;
      panel.update(methods[place]!, map, { progress: progressOf(map, known, progress), status, best });
    });
  };
  return {
    panels,
    add: (asked) => ask([...model.get("methods"), asked]),
    update,
    end: () => panels.forEach((panel) => panel.end()),
  };
}
