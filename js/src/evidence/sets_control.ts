// What alone is enough for the answer, and what is needed: buttons, the set that is selected, its receipt.

import { sameCells, selectionOf } from "../cells/selection";
import { attribute, element, setText } from "../dom/element";
import { listen } from "../dom/listen";
import type { Choose } from "../grid/selector";
import type { Model, SetKind, SmallestSet } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";

const NAMES: Record<SetKind, [name: string, title: string]> = {
  enough: ["Enough", "The fewest that alone keep the answer"],
  needed: ["Needed", "The fewest without which the answer changes"],
};

const KINDS = ["enough", "needed"] as const;

/** `more` stand in the row of buttons. */
export function setsControl(model: Model, signal: AbortSignal, host: () => Host, choose: Choose, more: HTMLElement[]) {
  const root = element("div", "gx-sets");
  const row = element("div", "gx-actions");
  const found = element("p", "gx-set");
  const receipt = element("p", "gx-hint");
  const said = element("p", "gx-set");
  root.append(row, found, receipt, said);

  const known = (kind: SetKind) => model.get("minimal_sets")[kind] ?? [];

  /** The set that is selected. */
  const shown = (): [SetKind, number] | null => {
    const [grid, keep] = [filled(model.get("grid")), model.get("keep")];
    const kind = keep ? "enough" : "needed";
    const selected = selectionOf(grid, model.get("value"));
    const at = known(kind).findIndex(({ cells }) => sameCells(selected, selectionOf(grid, cells)));
    return at < 0 ? null : [kind, at];
  };

  const ask = (kind: SetKind, next: boolean) => {
    if (host() === "kernel") return model.send({ type: "smallest_set", kind, next });
    const at = next ? ((shown()?.[1] ?? -1) + 1) % known(kind).length : 0;
    choose(known(kind)[at]!.cells, kind === "enough");
  };

  const button = (name: string, title: string, act: () => void) => {
    const node = element("button", "gx-button", name);
    node.title = title;
    listen(node, "click", act, signal);
    row.append(node);
    return node;
  };
  const buttons = KINDS.map((kind) => button(...NAMES[kind], () => ask(kind, false)));
  const another = button("Another", "The next set, of other cells", () => ask(shown()![0], true));
  row.append(...more);

  const update = () => {
    const sets = model.get("minimal_sets");
    const now = shown();
    const searched = host() === "kernel" ? sets.searching : undefined; // else nobody searches any more
    const values = model.get("quantity").name === "value"; // no answer is kept or changed
    KINDS.forEach((kind, at) => {
      const node = buttons[at]!;
      node.hidden = values || (host() !== "kernel" && known(kind).length === 0);
      node.disabled = host() === "kernel" ? !!searched : known(kind).length === 0;
      attribute(node, "aria-pressed", String(now?.[0] === kind));
    });
    another.hidden = !now || !(host() === "kernel" && sets.more?.[now[0]]) && known(now[0]).length < 2;
    another.disabled = !!searched;
    const set: SmallestSet | null = now && known(now[0])[now[1]]!;
    const searching = searched && `Looking for what is ${searched} … ${sets.asked} of at most ${sets.most} questions`;
    setText(found, searching ?? set?.sentence ?? "");
    setText(receipt, searching ? "" : (set?.receipt ?? ""));
    setText(said, [sets.sentence, ...(sets.notes ?? [])].filter(Boolean).join(" "));
  };
  return { element: root, update };
}
