// Messages: alerts above the map (a lost kernel, errors), notes below it, the model and its checks.

import { listen } from "../dom/listen";
import { element, setText, showNodes } from "../dom/element";
import type { Connection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { alertsView } from "./alerts";
import { modelCheck } from "./model_check";

export function noticesView(model: Model, signal: AbortSignal, connection: Connection) {
  const { host } = connection;
  const alerts = alertsView(model, connection);
  const root = element("div", "gx-notices");
  const caveat = element("p", "gx-about");
  const notes = element("div", "gx-notes");
  const check = modelCheck(model);
  const about = element("p", "gx-about");
  const logOdds = element("button", "gx-button", "Show log-odds");
  listen(logOdds, "click", () => {
    model.set("score", "log-odds");
    model.save_changes();
  }, signal);
  root.append(notes, logOdds, check.element, caveat, about);

  const update = () => {
    alerts.update();
    showNodes(notes, model.get("notes").map((note) => element("p", "gx-note", note)));
    logOdds.hidden = !filled(model.get("prediction"))?.saturated || model.get("notes").length === 0;
    logOdds.disabled = host() === "gone";
    const told = filled(model.get("about"));
    setText(about, told?.text ?? "");
    setText(caveat, told?.caveat ?? "");
    check.update();
  };
  const { showMessage, sending, coming } = alerts;
  return { alerts: alerts.element, element: root, update, showMessage, sending, coming };
}
