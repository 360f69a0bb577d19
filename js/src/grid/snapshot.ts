// The map, title and legend as a PNG.

import { HUES, appearanceOf, withAlpha } from "../cells/colors";
import { decodeScores } from "../cells/scores";
import { shownChange, shownScores, shownTexts, shownUnit } from "../cells/two_maps";
import { element } from "../dom/element";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { sidesOf } from "../text/classes";
import { endTexts } from "./legend";

const [MARGIN, LINE] = [12, 20];

/** The legend needs it. */
const MIN_WIDTH = 480;

const BAR = 110;

export async function snapshot(model: Model, map: HTMLCanvasElement): Promise<{ name: string; blob: Blob }> {
  if (map.clientWidth === 0) throw new Error("No map is visible.");
  const ratio = Math.max(1, map.width / map.clientWidth);
  const width = Math.max(map.width / ratio, MIN_WIDTH);
  const canvas = element("canvas", "");
  canvas.width = Math.round((width + 2 * MARGIN) * ratio);
  const texts = wrapped(captionOf(model), width);
  const lines = texts.length;
  canvas.height = Math.round((map.height / ratio + 4 * MARGIN + (lines + 1) * LINE) * ratio);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("This browser provides no canvas.");
  context.scale(ratio, ratio);
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  drawText(context, texts, width);
  const top = 2 * MARGIN + lines * LINE;
  context.drawImage(map, MARGIN, top, map.width / ratio, map.height / ratio);
  drawLegend(context, model, top + map.height / ratio + MARGIN, width);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (!blob) throw new Error("The canvas could not be encoded as PNG.");
  return { name: fileName(model), blob };
}

interface Line {
  text: string;
  font: string;
  color: string;
}

const SANS = "system-ui, sans-serif";

/** The sentence, how far to believe it, how the map was made, and what a reader must know. */
function captionOf(model: Model): Line[] {
  const { headline, foretold, how } = shownTexts(model);
  const says = (headline ?? []).map(([text]) => text).join("");
  const quiet = [foretold?.text, how, filled(model.get("about"))?.caveat].filter(Boolean) as string[];
  return [
    { text: says, font: `600 15px ${SANS}`, color: "#111" },
    ...quiet.map((text) => ({ text, font: `12px ${SANS}`, color: "#555" })),
  ];
}

/** Break lines at spaces to fit a width. */
function wrapped(lines: Line[], width: number): Line[] {
  const context = element("canvas", "").getContext("2d");
  if (!context) return lines;
  return lines.flatMap((line) => {
    context.font = line.font;
    const texts = [""];
    for (const word of line.text.split(" ")) {
      const longer = `${texts.at(-1)} ${word}`.trim();
      if (texts.at(-1) && context.measureText(longer).width > width) texts.push(word);
      else texts[texts.length - 1] = longer;
    }
    return texts.map((text) => ({ ...line, text }));
  });
}

function drawText(context: CanvasRenderingContext2D, lines: Line[], width: number): void {
  context.textBaseline = "top";
  lines.forEach(({ text, font, color }, at) => {
    context.fillStyle = color;
    context.font = font;
    context.fillText(text, MARGIN, MARGIN + at * LINE, width);
  });
}

function drawLegend(context: CanvasRenderingContext2D, model: Model, top: number, width: number): void {
  const appearance = appearanceOf(model);
  const drops = decodeScores(shownScores(model));
  const [score, unit] = shownUnit(model);
  const [least, most] = endTexts(drops, score, appearance, unit, shownChange(model));
  const { supports, against } = HUES[appearance.colormap];
  context.font = "12px system-ui, sans-serif";
  context.fillStyle = "#555";
  const textsOf = ([above, below]: string[]) => [`speaks ${below} ${least}`, `${most} speaks ${above}`] as const;
  const fits = (texts: readonly string[]) => context.measureText(texts.join("")).width + BAR + 12 <= width;
  const named = textsOf(sidesOf(model));
  const [low, high] = fits(named) ? named : textsOf(["for it", "against it"]); // the sentence on top has the name
  const left = MARGIN + context.measureText(low).width + 6;
  const bar = context.createLinearGradient(left, 0, left + BAR, 0);
  bar.addColorStop(0, withAlpha(against, appearance.opacity));
  bar.addColorStop(0.5, withAlpha(against, 0));
  bar.addColorStop(0.5, withAlpha(supports, 0));
  bar.addColorStop(1, withAlpha(supports, appearance.opacity));
  context.fillText(low, MARGIN, top);
  context.fillText(high, left + BAR + 6, top);
  context.fillStyle = "#e8e8e8";
  context.fillRect(left, top + 1, BAR, 11);
  context.fillStyle = bar;
  context.fillRect(left, top + 1, BAR, 11);
}

/** As the kernel names its files. */
function fileName(model: Model): string {
  const prediction = filled(model.get("prediction"));
  const label = model.get("labels")[prediction?.target ?? -1] ?? "";
  const plain = label.replace(/[^\p{L}\p{N}_]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  const grid = filled(model.get("grid"));
  return `${plain || "explanation"}-${grid?.rows ?? 0}x${grid?.columns ?? 0}.png`;
}
