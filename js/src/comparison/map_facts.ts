// Below a map: progress or cost, and notes.

import { attribute, element, showNodes } from "../dom/element";
import type { MapRecord, MetricValues, Progress } from "../model/comparison_protocol";
import { filled, type Status } from "../model/widget_model";
import { costText, stateText } from "../text/map_text";

/** One line of fixed height, with a bar while running. */
export function stateLine() {
  const root = element("div", "gx-state");
  const track = element("div", "gx-progress");
  const bar = element("div", "gx-progress-bar");
  const text = element("span", "gx-state-text");
  attribute(track, "role", "progressbar");
  track.append(bar);
  root.append(text, track);
  const update = (map: MapRecord | null, progress: Progress, status: Status, title: string) => {
    const running = map?.status === "running" && status === "running";
    const [done, total] = progress ?? [0, 0];
    text.textContent = stateText(map, progress, status);
    text.title = text.textContent;
    track.hidden = !running || total === 0;
    attribute(track, "aria-label", `Progress of ${title}`);
    attribute(track, "aria-valuenow", String(done));
    attribute(track, "aria-valuemax", String(total));
    bar.style.width = total > 0 ? `${(100 * done) / total}%` : "0";
  };
  return { element: root, update };
}

/** Stays open while its map changes. */
export function notesView() {
  const root = element("details", "gx-map-notes");
  const summary = element("summary", "gx-quiet");
  const list = element("div", "gx-map-facts");
  root.append(summary, list);
  const update = (map: MapRecord | null) => {
    const facts = map ? factsOf(map) : [];
    const count = facts.filter(([kind]) => kind === "gx-map-note").length;
    root.hidden = facts.length === 0;
    showNodes(summary, count > 0 ? [mark(), count === 1 ? "1 note" : `${count} notes`] : ["How it was made"]);
    showNodes(list, facts.map(([className, text]) => element("p", className, text)));
  };
  return { element: root, update };
}

function mark(): HTMLElement {
  const node = element("span", "gx-info", "i");
  attribute(node, "aria-hidden", "true");
  return node;
}

function auditText({ calls, chanceCalls }: MetricValues): string {
  const random = chanceCalls > 0 ? `, and random orders ${chanceCalls}, once for all maps` : "";
  return `The metrics took ${calls} more model calls${random}`;
}

function factsOf(map: MapRecord): [className: string, text: string][] {
  const metrics = filled(map.figures);
  const notes = [...map.notes, ...(metrics?.notes ?? [])];
  const facts = [[map.native, map.derived].filter(Boolean).join("; ")];
  if (map.status === "failed" && map.forward > 0) facts.push(`It took ${costText(map)}`);
  if (metrics) facts.push(auditText(metrics));
  return [
    ...notes.map((note): [string, string] => ["gx-map-note", note]),
    ...facts.filter(Boolean).map((fact): [string, string] => ["gx-map-fact", `${fact}.`]),
  ];
}
