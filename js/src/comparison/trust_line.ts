// How far to trust a map, above its figures.

import { element, showNodes } from "../dom/element";
import type { Trust } from "../model/comparison_protocol";

export function trustLine() {
  const root = element("p", "gx-trust");
  const update = (trust: Trust | null) => {
    root.hidden = trust === null;
    if (!trust) return;
    root.dataset["level"] = trust.level;
    const level = element("strong", "gx-trust-level", `Trust: ${trust.level}`);
    showNodes(root, [level, ...trust.reasons.map((reason) => `; ${reason}`)]);
  };
  return { element: root, update };
}
