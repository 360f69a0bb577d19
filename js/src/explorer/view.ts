// One view of an explorer, removed when the signal aborts.

import { appearanceControls } from "../controls/appearance";
import { explorerControls } from "../controls/controls";
import { mapSwitch } from "../controls/map_switch";
import { openPicture } from "../controls/open_picture";
import { saveMenu } from "../controls/save_menu";
import { element } from "../dom/element";
import { liveRegion } from "../dom/live_region";
import { followTheme } from "../dom/theme";
import { evidenceView } from "../evidence/evidence_view";
import { selectionActions } from "../evidence/selection_actions";
import { topCellsControl } from "../evidence/top_cells";
import { gridView } from "../grid/grid_view";
import { snapshot } from "../grid/snapshot";
import type { Connection } from "../model/connection";
import { FRONT_END_TRAITS, KERNEL_TRAITS, type Model } from "../model/explorer_protocol";
import { updateOnChange } from "../model/updates";
import type { Cell } from "../model/widget_model";
import { History } from "./history";

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
  const choose = (value: Cell[], keep: boolean, remember = true) => {
    // A page answers for single hidden cells: a click ends "keep".
    if (host() === "page" && value !== model.get("value")) keep = false;
    if (remember) history.push({ value: model.get("value"), keep: model.get("keep") });
    show(value, keep);
  };
  const undo = () => {
    const last = history.undo();
    if (last) show(last.value, last.keep);
  };

  const frame = explorerControls(model, signal, connection);
  const grid = gridView(model, signal, choose, undo);
  const evidence = evidenceView(model, host);
  const appearance = appearanceControls(model, signal);
  const open = openPicture(model, root, signal, host, frame.showMessage);
  const save = saveMenu(model, signal, host, () => snapshot(model, grid.canvas), frame.showMessage);
  const actions = selectionActions(model, signal, choose, undo, () => history.any());
  const top = topCellsControl(model, signal, host, choose);
  const live = liveRegion(model);
  const which = mapSwitch(model, signal, host);
  const parts = [frame, which, grid, evidence, appearance, open, save, actions, top];

  const tools = element("div", "gx-tools");
  tools.append(open.button, appearance.element, save.element);
  grid.element.prepend(which.element);
  grid.element.append(tools);
  evidence.element.append(actions.element, top.element);
  const body = element("div", "gx-body");
  body.append(grid.element, evidence.element);
  root.append(frame.controls, body, frame.messages, live.element);
  el.append(root);
  followTheme(root, signal);

  let gridKey = "";
  let picture: DataView | null = null;
  const update = () => {
    root.dataset["status"] = model.get("status");
    root.dataset["host"] = host();
    const key = JSON.stringify(model.get("grid"));
    if (key !== gridKey || model.get("picture") !== picture) history.forget();
    gridKey = key;
    picture = model.get("picture");
    for (const part of parts) part.update();
    live.update(evidence.text());
  };
  updateOnChange(model, [...KERNEL_TRAITS, ...FRONT_END_TRAITS], connection, signal, update);
  signal.addEventListener("abort", () => {
    root.remove();
  });
}
