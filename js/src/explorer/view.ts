// One view of an explorer, removed when the signal aborts.

import { explorerControls } from "../controls/controls";
import { headline } from "../controls/headline";
import { noticesView } from "../controls/notices";
import { openPicture } from "../controls/open_picture";
import { saveMenu, type KernelFile } from "../controls/save_menu";
import { settings } from "../controls/settings";
import { element } from "../dom/element";
import { liveRegion } from "../dom/live_region";
import { followTheme } from "../dom/theme";
import { auditControl } from "../evidence/audit_control";
import { certaintyControl } from "../evidence/certainty_control";
import { evidenceView } from "../evidence/evidence_view";
import { setsControl } from "../evidence/sets_control";
import { selectionActions } from "../evidence/selection_actions";
import { topCellsControl } from "../evidence/top_cells";
import { gridView } from "../grid/grid_view";
import { snapshot } from "../grid/snapshot";
import type { Connection } from "../model/connection";
import { FRONT_END_TRAITS, KERNEL_TRAITS, type Model, type SavedFormat } from "../model/explorer_protocol";
import { updateOnChange } from "../model/updates";
import { filled, type Cell } from "../model/widget_model";
import { History } from "./history";

export const FILES: KernelFile<SavedFormat>[] = [
  ["html", "Page (.html)", "Opens without a kernel and without a network"],
  ["report", "Report (.html)", "To print and keep, and to compute again"],
  ["npz", "Data (.npz)", "For Explanation.load in Python"],
];

export function mountExplorer(
  model: Model,
  el: HTMLElement,
  signal: AbortSignal,
  connection: Connection,
): void {
  const { host } = connection;
  const root = element("div", "gx-root");
  const history = new History();
  const show = (value: Cell[], keep: boolean) => {
    model.set("value", value);
    model.set("keep", keep);
    if (host() !== "gone") model.save_changes();
  };
  const remember = () => {
    history.push({ value: model.get("value"), keep: model.get("keep"), grid: filled(model.get("grid")) });
  };
  const choose = (value: Cell[], keep: boolean, undoable = true) => {
    // A page answers for single hidden cells: a click ends "keep".
    if (host() === "page" && value !== model.get("value")) keep = false;
    if (undoable) remember();
    show(value, keep);
  };
  const undo = () => {
    const last = history.undo(filled(model.get("grid")));
    if (last) show(last.value, last.keep);
  };

  const top = headline(model);
  const notices = noticesView(model, signal, connection);
  const sure = certaintyControl(model, signal, host, () => update());
  const grid = gridView(model, signal, choose, undo, () => (sure.on() ? filled(model.get("certainty")) : null));
  const evidence = evidenceView(model, signal, host);
  const looks = settings(model, root, signal, host, grid.shape);
  const open = openPicture(model, root, signal, host, notices.showMessage, (name) => {
    notices.sending(name);
    update();
  });
  const save = saveMenu(model, signal, host, () => snapshot(model, grid.canvas), notices.showMessage, FILES);
  const controls = explorerControls(model, signal, connection, [open.button, grid.bare, save.button, looks.button]);
  const actions = selectionActions(model, signal, choose, undo, () => history.any());
  const play = topCellsControl(model, signal, host, choose);
  const chooseSet = (value: Cell[], keep: boolean) => {
    remember();
    show(value, keep); // a page knows the answers to its sets
  };
  const audit = auditControl(model, signal, host);
  const sets = setsControl(model, signal, host, chooseSet, [sure.button, audit.button]);
  const live = liveRegion(model);
  const parts = [top, notices, controls, looks, open, save, grid, evidence, actions, sets, sure, audit, play];

  evidence.element.append(actions.element, sets.element, sure.element, audit.element, play.element);
  const body = element("div", "gx-body");
  body.append(grid.element, evidence.element);
  const heads = [top.element, controls.element, save.panel, looks.panel, notices.alerts];
  root.append(...heads, body, notices.element, live.element);
  el.append(root);
  followTheme(root, signal);

  let picture: DataView | null = null;
  const update = () => {
    root.dataset["status"] = model.get("status");
    root.dataset["host"] = host();
    if (model.get("picture") !== picture) history.forget();
    picture = model.get("picture");
    for (const part of parts) part.update();
    body.inert = notices.coming() !== ""; // its map is of the picture before: it answers nothing
    live.update(evidence.text());
  };
  updateOnChange(model, [...KERNEL_TRAITS, ...FRONT_END_TRAITS], connection, signal, update);
  signal.addEventListener("abort", () => {
    root.remove();
  });
}
