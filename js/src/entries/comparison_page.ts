// The standalone page of a comparison: its view on a recorded model.

import { mountComparison } from "../comparison/view";
import { openForPrint } from "../dom/print";
import { pageConnection } from "../model/connection";
import { RecordedComparison, type Embedded } from "../page/recorded_comparison";

function open(page: Document): void {
  const embedded = JSON.parse(page.getElementById("record")!.textContent!) as Embedded;
  const model = new RecordedComparison(embedded);
  mountComparison(model, page.getElementById("widget")!, new AbortController().signal, pageConnection([]));
  openForPrint(window);
}

try {
  open(document);
} catch (error) {
  document.getElementById("widget")!.textContent = `This page cannot be shown: ${String(error)}`;
}
