// The map, title and legend as a PNG.

import { HUES, appearanceOf, withAlpha } from "../cells/colors";
import { quantityText } from "../cells/quantity";
import { decodeScores } from "../cells/scores";
import { hasTogether, shownMap, shownScores } from "../cells/two_maps";
import type { MapName, Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { className, duplicateLabels } from "../text/classes";
import { endTexts } from "./legend";

const [MARGIN, LINE] = [12, 20];

/** As in figures. */
const HIDDEN: Record<MapName, string> = {
  alone: "each hidden alone",
  together: "hidden together in handfuls",
};

export async function snapshot(model: Model, map: HTMLCanvasElement): Promise<{ name: string; blob: Blob }> {
  if (map.clientWidth === 0) throw new Error("No map is visible.");
  const ratio = Math.max(1, map.width / map.clientWidth);
  const width = Math.max(map.width / ratio, 320);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round((width + 2 * MARGIN) * ratio);
  const lines = hasTogether(model) ? 3 : 2; // the third says how far to believe the map
  canvas.height = Math.round((map.height / ratio + 4 * MARGIN + (lines + 1) * LINE) * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser provides no canvas.");
  context.scale(ratio, ratio);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  drawText(context, model, width);
  const top = 2 * MARGIN + lines * LINE;
  context.drawImage(map, MARGIN, top, map.width / ratio, map.height / ratio);
  drawLegend(context, model, top + map.height / ratio + MARGIN);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The canvas could not be encoded as PNG.");
  return { name: fileName(model), blob };
}

function drawText(context: CanvasRenderingContext2D, model: Model, width: number): void {
  const prediction = filled(model.get("prediction"));
  const grid = filled(model.get("grid"));
  const about = filled(model.get("about"));
  const labels = model.get("labels");
  context.textBaseline = "top";
  context.fillStyle = "#111";
  context.font = "600 15px system-ui, sans-serif";
  if (prediction) {
    const name = className(labels, duplicateLabels(labels), prediction.target);
    context.fillText(`${name} ${quantityText(prediction.probability, model.get("quantity"))}`, MARGIN, MARGIN, width);
  }
  context.fillStyle = "#555";
  context.font = "12px system-ui, sans-serif";
  const size = grid ? `${grid.rows} × ${grid.columns}` : "";
  const which = hasTogether(model) ? `${HIDDEN[shownMap(model)]} by` : "hidden by";
  const how = [about?.model, size, `${which} ${model.get("fill")}`].filter(Boolean).join(" · ");
  context.fillText(how, MARGIN, MARGIN + LINE, width);
  const trust = model.get("foretells")[shownMap(model)];
  if (trust) context.fillText(trust.text, MARGIN, MARGIN + 2 * LINE, width);
}

function drawLegend(context: CanvasRenderingContext2D, model: Model, top: number): void {
  const appearance = appearanceOf(model);
  const drops = decodeScores(shownScores(model));
  const [least, most] = endTexts(drops, model.get("score"), appearance, model.get("quantity").unit);
  const { supports, against } = HUES[appearance.colormap];
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = "#555";
  const left = MARGIN + context.measureText(least).width + 6;
  const bar = context.createLinearGradient(left, 0, left + 110, 0);
  bar.addColorStop(0, withAlpha(against, appearance.opacity));
  bar.addColorStop(0.5, withAlpha(against, 0));
  bar.addColorStop(0.5, withAlpha(supports, 0));
  bar.addColorStop(1, withAlpha(supports, appearance.opacity));
  context.fillText(least, MARGIN, top);
  context.fillText(most, left + 116, top);
  context.fillStyle = "#e8e8e8";
  context.fillRect(left, top + 1, 110, 11);
  context.fillStyle = bar;
  context.fillRect(left, top + 1, 110, 11);
}

/** As the kernel names its files. */
function fileName(model: Model): string {
  const prediction = filled(model.get("prediction"));
  const label = model.get("labels")[prediction?.target ?? -1] ?? "";
  const plain = label.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  const grid = filled(model.get("grid"));
  return `${plain || "explanation"}-${grid?.rows ?? 0}x${grid?.columns ?? 0}.png`;
}
