// Checks of the model: one line, with the result of each check in its details.

import { shownTexts } from "../cells/two_maps";
import { attribute, element, showNodes } from "../dom/element";
import type { Check, CheckVerdict, Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";

/** Screen readers get words instead. */
const MARKS: Record<CheckVerdict, string> = { ok: "✓", warning: "!", wrong: "✕", unknown: "?" };

/** For screen readers. */
const SPOKEN: Record<CheckVerdict, string> = {
  ok: "",
  unknown: "",
  warning: "Warning: ",
  wrong: "Wrong: ",
};

export function modelCheck(model: Model): { element: HTMLElement; update(): void } {
  const root = element("details", "gx-check");
  const summary = element("summary", "gx-check-summary");
  const list = element("ul", "gx-check-list");
  root.append(summary, list);
  const update = () => {
    const check = filled(model.get("check"));
    root.hidden = !check;
    if (!check) return;
    root.dataset["verdict"] = check.verdict;
    // A tick says that all is well: not beside a doubt about the map.
    const doubted = model.get("notes").length > 0 || shownTexts(model).foretold?.reliable === false;
    showNodes(summary, [summaryLine(check, doubted)]);
    showNodes(list, check.checks.map(listItem));
  };
  return { element: root, update };
}

function summaryLine({ verdict, summary }: Check, doubted: boolean): HTMLElement {
  const line = element("span", "gx-check-line");
  const text = element("span", "gx-check-text");
  text.append(element("span", "gx-sr", SPOKEN[verdict]), summary);
  line.append(...(doubted && verdict === "ok" ? [] : [mark(verdict)]), text);
  return line;
}

function listItem([name, verdict, seen, advice]: Check["checks"][number]): HTMLElement {
  const item = element("li", "gx-check-line");
  const text = element("div", "gx-check-text");
  const title = element("p", "gx-check-title");
  title.append(element("span", "gx-check-name", name), `: ${verdict}`);
  text.append(title, element("p", "gx-check-seen", seen));
  if (advice) text.append(element("p", "gx-check-advice", advice));
  item.append(mark(verdict), text);
  return item;
}

function mark(verdict: CheckVerdict): HTMLElement {
  const node = element("span", "gx-check-mark", MARKS[verdict]);
  attribute(node, "aria-hidden", "true");
  node.dataset["verdict"] = verdict;
  return node;
}
