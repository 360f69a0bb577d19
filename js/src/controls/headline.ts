// The sentence on top: what the model says, what speaks for it, and how far to believe that.

import { shownTexts } from "../cells/two_maps";
import { attribute, element, showNodes } from "../dom/element";
import type { Model } from "../model/explorer_protocol";

export function headline(model: Model): { element: HTMLElement; update(): void } {
  const root = element("div", "gx-headline");
  const says = element("p", "gx-says");
  const trust = element("p", "gx-trust");
  for (const status of [says, trust]) attribute(status, "role", "status");
  root.append(says, trust);
  const update = () => {
    const { headline, foretold } = shownTexts(model);
    const parts = headline ?? [["Asking the model …", false]];
    showNodes(says, parts.map(([text, strong]) => (strong ? element("strong", "", text) : text)));
    if (trust.textContent !== (foretold?.text ?? "")) trust.textContent = foretold?.text ?? "";
    trust.classList.toggle("gx-doubt", foretold?.reliable === false);
  };
  return { element: root, update };
}
