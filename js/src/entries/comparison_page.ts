// The standalone page of a comparison: finds its record, and shows the same view as a notebook.

import { mountComparison } from "../comparison/view";
import { pageConnection } from "../model/connection";
import { openForPrint } from "../dom/print";
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
