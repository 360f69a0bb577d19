// Messages: alerts above the map (a lost kernel, errors), notes below it, the model and its checks.

import { listen } from "../dom/listen";
import { attribute, element, showNodes } from "../dom/element";
import type { Connection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { modelCheck } from "./model_check";
import { offlineNotice } from "./offline";

export function noticesView(model: Model, signal: AbortSignal, connection: Connection) {
  const { host } = connection;
  const alerts = element("div", "gx-alerts");
  const root = element("div", "gx-notices");
  const caveat = element("p", "gx-about");
  const offline = offlineNotice(connection);
  const reading = element("p", "gx-reading");
  const error = element("p", "gx-error");
  const local = element("p", "gx-error");
  const notes = element("div", "gx-notes");
  const check = modelCheck(model);
  const about = element("p", "gx-about");
  const logOdds = element("button", "gx-button", "Show log-odds");
  attribute(reading, "role", "status");
  for (const alert of [error, local]) attribute(alert, "role", "alert");
  local.hidden = true;
  listen(logOdds, "click", () => {
    model.set("score", "log-odds");
    model.save_changes();
  }, signal);
  alerts.append(offline.element, reading, error, local);
  root.append(notes, logOdds, check.element, caveat, about);

  /** Sent, and not yet told by the kernel. */
  let sent = { name: "", state: "" };
  const stateOf = () => JSON.stringify([model.get("reading"), model.get("error")]);
  let picture = model.get("picture");
  const sending = (name: string) => {
    sent = { name, state: stateOf() };
    picture = model.get("picture");
    update();
  };
  /** The picture that is on its way, or being read; "" if none. */
  const coming = () => {
    if (host() === "gone") return "";
    if (sent.name && (stateOf() !== sent.state || model.get("picture") !== picture)) sent.name = "";
    return model.get("reading") || sent.name;
  };

  /** The kernel's error when the front end's message was shown. */
  let oldError = "";
  const showMessage = (text: string) => {
    oldError = model.get("error");
    setText(local, text);
    setText(error, text ? "" : oldError);
  };
  const update = () => {
    offline.update();
    const busy = coming();
    setText(reading, busy && `Reading “${busy}” … The map below is of the picture before.`);
    const kernelError = model.get("error");
    if (kernelError !== oldError) setText(local, "");
    if (local.hidden) setText(error, kernelError);
    showNodes(notes, model.get("notes").map((note) => element("p", "gx-note", note)));
    logOdds.hidden = !filled(model.get("prediction"))?.saturated || model.get("notes").length === 0;
    logOdds.disabled = host() === "gone";
    setText(about, aboutText(model));
    setText(caveat, filled(model.get("about"))?.caveat ?? "");
    check.update();
  };
  return { alerts, element: root, update, showMessage, sending, coming };
}

function aboutText(model: Model): string {
  const about = filled(model.get("about"));
  if (!about) return "";
  const facts = [about.model, about.output, `preprocessing: ${about.preprocessing}`];
  return facts.filter(Boolean).join(" · ");
}

/** Set the text; hide an empty element. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
