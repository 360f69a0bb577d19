// That no kernel answers.

import { attribute, element, setText } from "../dom/element";
import type { Connection } from "../model/connection";

const GONE =
  "The kernel is gone. What is shown can still be read; run the notebook again to compute more.";
const SILENT =
  "No answer for 20 seconds: the kernel is busy, or it is lost. If it is lost, run the notebook again.";

export function offlineNotice({ host, silent }: Connection) {
  const root = element("p", "gx-offline");
  attribute(root, "role", "status");
  const update = () => {
    setText(root, host() === "gone" ? GONE : silent() ? SILENT : "");
  };
  return { element: root, update };
}
