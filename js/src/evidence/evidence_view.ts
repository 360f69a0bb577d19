// The evidence of a selection: the picture with cells hidden, the classes before and after.

import { indexOf } from "../cells/geometry";
import { decodeScores, isFailed, isScored, signedText } from "../cells/scores";
import { shownMap } from "../cells/two_maps";
import { classBarsKey, classBars } from "../dom/class_bars";
import { attribute, element, showNodes, showPng } from "../dom/element";
import type { Evidence, Model, Prediction } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";
import { strengthText } from "../text/cell_text";
import { nameOf, sidesOf } from "../text/classes";
import { fromToText, isClear, titleText, winner } from "../text/evidence_text";
import { copyButton } from "./copy_button";

export interface EvidenceView {
  element: HTMLElement;
  update(): void;
  /** For screen readers; without the rank, which each batch changes. */
  text(): string;
}

export function evidenceView(model: Model, signal: AbortSignal, host: () => Host): EvidenceView {
  const root = element("section", "gx-evidence");
  attribute(root, "aria-label", "Evidence");
  const head = element("div", "gx-evidence-head");
  const title = element("p", "gx-title");
  const copy = copyButton(signal);
  head.append(title, copy.element);
  const asking = element("p", "gx-asking", "Asking the model …");
  const answerBox = element("div", "gx-answer");
  let image = element("img", "gx-hidden-picture");
  image.hidden = true;
  const body = element("div", "gx-evidence-body");
  body.append(image, answerBox);
  root.append(head, asking, body);
  let shown: DataView | null = null;

  /** Keep the old picture until the new one is decoded: nothing jumps. */
  const show = async (bytes: DataView, alt: string) => {
    const next = element("img", "gx-hidden-picture");
    next.alt = alt;
    await showPng(next, bytes);
    if (shown !== bytes) return;
    next.style.setProperty("--gx-shape", String(next.naturalWidth / next.naturalHeight || 1));
    image.replaceWith(next);
    image = next;
  };

  const update = () => {
    const prediction = filled(model.get("prediction"));
    const [cells, keep] = [model.get("value"), model.get("keep")];
    const evidence = current(model);
    const waiting = isWaiting(model, evidence, host());
    if (evidence && evidence.picture !== shown) {
      shown = evidence.picture;
      const bytes = shown;
      show(bytes, `The picture as the model saw it, ${conditionText(keep)}`).catch(() => {
        if (shown === bytes) image.hidden = true; // the old one shows other cells
      });
    }
    if (!evidence && !waiting) {
      shown = null;
      image.hidden = true;
    }
    showNodes(title, [cells.length > 0 ? titleText(cells, keep) : "What the model says"]);
    copy.update(cells);
    title.hidden = cells.length === 0 && !prediction;
    // The old answer stays, dimmed: nothing jumps.
    root.classList.toggle("gx-waiting", waiting);
    asking.hidden = !waiting;
    answerBox.ariaHidden = String(waiting);
    image.ariaHidden = String(waiting && !evidence);
    if (!waiting) showNodes(answerBox, content(model, prediction, evidence, host()));
  };
  const text = () => {
    if (!asking.hidden) return "";
    const copy = answerBox.querySelector(".gx-verdict")?.cloneNode(true) as HTMLElement | undefined;
    copy?.querySelector(".gx-rank")?.remove();
    return copy?.textContent ?? "";
  };
  return { element: root, update, text };
}

/** Whether a kernel was asked and has neither answered nor failed. */
function isWaiting(model: Model, evidence: Evidence | null, host: Host): boolean {
  const answered = evidence !== null && evidence.drop !== null;
  return host === "kernel" && model.get("value").length > 0 && !answered && model.get("error") === "";
}

/** The evidence; null while it belongs to another selection. */
function current(model: Model): Evidence | null {
  const evidence = filled(model.get("evidence"));
  const cells = model.get("value");
  if (!evidence || cells.length === 0 || evidence.keep !== model.get("keep")) return null;
  const same = JSON.stringify(evidence.cells) === JSON.stringify(cells);
  return same ? evidence : null;
}

function content(
  model: Model,
  prediction: Prediction | null,
  evidence: Evidence | null,
  host: Host,
): Node[] {
  if (model.get("value").length === 0) return prediction ? wholePicture(model, prediction, host) : [];
  if (evidence && prediction && evidence.drop !== null) return answer(model, prediction, evidence);
  return [element("p", "gx-verdict", pendingText(model, host))];
}

const UNCLEAR = " There is no clear answer any more: all classes are near alike.";

const HINTS: Record<Host, string> = {
  kernel: "Click a cell to see what the model predicts without it; drag for several.",
  page: "Click a cell to see what the model predicts without it.",
  gone: "Point at a cell to read its number.",
};

function wholePicture(model: Model, prediction: Prediction, host: Host): HTMLElement[] {
  const classes = prediction.top.map(([index, p]): [number, number, null] => [index, p, null]);
  return [
    classBars(classes, model.get("labels"), prediction.target, model.get("quantity")),
    element("p", "gx-hint", HINTS[host]),
  ];
}

function answer(model: Model, prediction: Prediction, evidence: Evidence): HTMLElement[] {
  return [
    verdict(model, prediction, evidence),
    classBars(evidence.classes, model.get("labels"), prediction.target, model.get("quantity")),
    classBarsKey(conditionText(evidence.keep), model.get("quantity")),
  ];
}

function conditionText(keep: boolean): string {
  return keep ? "with only the selection" : "with the selection hidden";
}

function verdict(model: Model, prediction: Prediction, evidence: Evidence): HTMLElement {
  const [score, quantity] = [model.get("score"), model.get("quantity")];
  const [, before, after] = evidence.classes[0] ?? [0, 0, 0];
  const { target, contrast } = prediction;
  const rather = contrast == null ? "" : ` against ${nameOf(model, contrast)}`;
  const change = fromToText(nameOf(model, target), before, after, quantity);
  const root = element("p", "gx-verdict", `${change} (${signedText(-(evidence.drop ?? 0), score, quantity.unit)}${rather})`);
  root.append(element("span", "gx-rank", rankText(model, evidence)), ".");
  if (evidence.text) root.append(` ${evidence.text}`);
  const now = winner(evidence.classes, 2);
  if (quantity.name === "probability" && now !== winner(evidence.classes, 1)) {
    root.append(element("strong", "gx-flip", isClear(evidence.classes, model.get("labels").length) ? ` The answer becomes “${nameOf(model, now)}”.` : UNCLEAR));
  }
  return root;
}

/** The rank of one cell, of what it does alone; "" for a set. */
function rankText(model: Model, evidence: Evidence): string {
  const grid = filled(model.get("grid"));
  const [cell] = evidence.cells;
  if (!grid || !cell || evidence.cells.length > 1 || evidence.keep) return "";
  const strength = strengthText(decodeScores(model.get("scores")), indexOf(grid, cell), sidesOf(model));
  const alone = shownMap(model) === "together" ? " hidden alone" : ""; // the map on the screen ranks otherwise
  return strength && `: ${strength}${alone}`;
}

/** Known without the model. */
function pendingText(model: Model, host: Host): string {
  const single = singleText(model);
  if (host === "gone") return `${single ?? ""} The kernel is gone: nothing new can be asked.`.trim();
  if (host === "page" && model.get("keep")) return "A saved page cannot ask the model about these cells.";
  if (host === "page") return single ?? "A saved page cannot ask the model about these cells.";
  return "The model gave no answer.";
}

/** From the map; null for several cells. */
function singleText(model: Model): string | null {
  const grid = filled(model.get("grid"));
  const [cell, more] = model.get("value");
  if (!grid || !cell || more || model.get("keep")) return null;
  const drop = decodeScores(model.get("scores"))[indexOf(grid, cell)] ?? NaN;
  if (isFailed(drop)) return "The model's output was not finite with this cell hidden.";
  if (!isScored(drop)) return "This cell has not been scored.";
  return `Without this cell: ${signedText(-drop, model.get("score"), model.get("quantity").unit)}.`;
}
