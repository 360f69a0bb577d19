// The standalone page of a gallery: its view on a recorded model.

import { mountGallery } from "../gallery/view";
import { pageConnection } from "../model/connection";
import { RecordedGallery, type EmbeddedGallery } from "../page/recorded_gallery";

function open(page: Document): void {
  const embedded = JSON.parse(page.getElementById("record")!.textContent!) as EmbeddedGallery;
  const model = new RecordedGallery(embedded);
  mountGallery(model, page.getElementById("widget")!, new AbortController().signal, pageConnection([]));
}

try {
  open(document);
} catch (error) {
  document.getElementById("widget")!.textContent = `This page cannot be shown: ${String(error)}`;
}
