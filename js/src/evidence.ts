// What a click shows: the picture with the cell hidden, and the classes before and after.

import { element, showPng } from "./dom";
import { filled, type Evidence, type Model, type Prediction } from "./protocol";
import { decodeScores, dropNumber, percent, rankOf, unitOf } from "./scores";

export interface EvidenceView {
  element: HTMLElement;
  update(): void;
}

export function evidenceView(model: Model): EvidenceView {
  const root = element("section", "gx-evidence");
  const image = element("img", "gx-hidden-picture");
  image.alt = "The picture as the model saw it, with the selected cell hidden";
  let shown: DataView | null = null;

  const update = () => {
    const prediction = filled(model.get("prediction"));
    const evidence = filled(model.get("evidence"));
    if (!evidence) {
      root.replaceChildren(...(prediction ? answer(model, prediction) : []));
      return;
    }
    const cell = model.get("value")[0];
    const own = evidence.cells[0];
    if (cell && own && (cell[0] !== own[0] || cell[1] !== own[1])) {
      // Selected here, not yet answered there: the evidence of another cell would be false.
      root.replaceChildren(element("p", "gx-hint", "Waiting for the kernel …"));
      return;
    }
    if (evidence.picture !== shown) {
      shown = evidence.picture;
      // A newer picture may cut this one short: that is no error.
      showPng(image, shown).catch(() => undefined);
    }
    root.replaceChildren(...hidden(model, prediction, evidence, image));
  };
  return { element: root, update };
}

function answer(model: Model, prediction: Prediction): HTMLElement[] {
  const labels = model.get("labels");
  const rows = prediction.top.map(([index, probability]) =>
    bars(labels[index] ?? "", probability, null, index === prediction.target),
  );
  return [
    element("h4", "gx-title", "What the model sees"),
    list(rows),
    element("p", "gx-hint", "Click a cell to see what the model believes without it."),
  ];
}

function hidden(
  model: Model,
  prediction: Prediction | null,
  evidence: Evidence,
  image: HTMLImageElement,
): HTMLElement[] {
  const [row, column] = evidence.cells[0] ?? [0, 0];
  const title = element("h4", "gx-title", `Without row ${row + 1}, column ${column + 1}`);
  title.append(element("span", "gx-index", ` value = [(${row}, ${column})]`));
  if (!prediction || evidence.drop === null) {
    return [title, image, element("p", "gx-verdict", "This cell has not been scored yet.")];
  }
  const labels = model.get("labels");
  const rows = evidence.classes.map(([index, before, after]) =>
    bars(labels[index] ?? "", before, after, index === prediction.target),
  );
  return [title, image, verdict(model, prediction, evidence), list(rows), key()];
}

function verdict(model: Model, prediction: Prediction, evidence: Evidence): HTMLElement {
  const labels = model.get("labels");
  const score = model.get("score");
  const name = labels[prediction.target] ?? "";
  const [, before, after] = evidence.classes[0] ?? [0, 0, 0];
  const drops = decodeScores(model.get("scores"));
  const grid = filled(model.get("grid"));
  const [row, column] = evidence.cells[0] ?? [0, 0];
  const rank = grid ? rankOf(drops, row * grid.columns + column) : 0;
  const drop = evidence.drop ?? 0;
  const way = `${after < before ? "falls" : "rises"} from ${percent(before)} to ${percent(after)}`;
  const amount = `drop ${dropNumber(drop, score, score === "probability" ? 1 : 2)} ${unitOf(score)}`;
  const scored = drops.filter((drop) => !Number.isNaN(drop)).length;
  const change = percent(before) === percent(after) ? `stays at ${percent(after)}` : way;
  const text = `“${name}” ${change}: ${amount}, rank ${rank} of ${scored}.`;
  const paragraph = element("p", "gx-verdict", text);
  const winner = best(evidence.classes, 2);
  if (winner !== best(evidence.classes, 1)) {
    const flip = ` The answer becomes “${labels[winner] ?? ""}”.`;
    paragraph.append(element("strong", "gx-flip", flip));
  }
  return paragraph;
}

/** Index of the most probable class, before (1) or after (2). */
function best(classes: Evidence["classes"], at: 1 | 2): number {
  return classes.reduce((first, second) => (second[at] > first[at] ? second : first))[0];
}

function bars(label: string, before: number, after: number | null, target: boolean): HTMLElement {
  const row = element("li", target ? "gx-class gx-target" : "gx-class");
  const name = element("span", "gx-label", label);
  name.title = label;
  const tracks = element("span", "gx-tracks");
  tracks.append(track("gx-before", before));
  if (after !== null) tracks.append(track("gx-after", after));
  const text = after === null ? percent(before) : `${percent(before)} → ${percent(after)}`;
  row.append(name, element("span", "gx-number", text), tracks);
  return row;
}

function track(className: string, share: number): HTMLElement {
  const node = element("span", `gx-track ${className}`);
  node.style.width = `${(100 * share).toFixed(2)}%`;
  return node;
}

function key(): HTMLElement {
  const root = element("p", "gx-hint gx-key");
  root.append(
    element("span", "gx-swatch gx-before"),
    "whole picture",
    element("span", "gx-swatch gx-after"),
    "with the cell hidden",
  );
  return root;
}

function list(rows: HTMLElement[]): HTMLElement {
  const root = element("ul", "gx-classes");
  root.append(...rows);
  return root;
}
