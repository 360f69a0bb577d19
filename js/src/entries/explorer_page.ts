// The standalone page of an explanation: its view on a recorded model.

import { quantityText } from "../cells/quantity";
import { mountExplorer } from "../explorer/view";
import { pageConnection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { hiddenPicture } from "../page/hidden_picture";
import { offeredOf, recordingOf, type Embedded } from "../page/record";
import { RecordedModel } from "../page/recorded_model";

async function open(page: Document): Promise<void> {
  const embedded = JSON.parse(page.getElementById("record")!.textContent!) as Embedded;
  const seen = await decoded(embedded.seen ?? `data:image/png;base64,${embedded.picture}`);
  const replacement = await decoded(embedded.replacement);
  const draw = hiddenPicture(embedded.grid, seen, replacement);
  const recording = recordingOf(embedded);
  const model = new RecordedModel(recording, draw);
  const connection = pageConnection(offeredOf(recording));
  const heading = page.querySelector("h1")!;
  model.on("change:prediction", () => {
    heading.textContent = answer(model);
  });
  mountExplorer(model, page.getElementById("widget")!, new AbortController().signal, connection);
}

async function decoded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function answer(model: Model): string {
  const prediction = filled(model.get("prediction"));
  const labels = model.get("labels");
  const other = labels[prediction?.contrast ?? -1];
  const rather = other === undefined ? "" : ` rather than ${other}`;
  return `${labels[prediction?.target ?? -1] ?? ""}${rather}: ${quantityText(prediction?.probability ?? 0, model.get("quantity"))}`;
}

open(document).catch((error: unknown) => {
  document.getElementById("widget")!.textContent = `This page cannot be shown: ${String(error)}`;
});
