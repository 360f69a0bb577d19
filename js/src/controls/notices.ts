// Messages: a lost kernel, errors, notes, the model and its checks.

import { element, showNodes } from "../dom/element";
import type { Connection } from "../model/connection";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { modelCheck } from "./model_check";
import { offlineNotice } from "./offline";

export function noticesView(model: Model, signal: AbortSignal, connection: Connection) {
  const { host } = connection;
  const root = element("div", "gx-notices");
  const offline = offlineNotice(connection);
  const reading = element("p", "gx-reading");
  const error = element("p", "gx-error");
  const local = element("p", "gx-error");
  const notes = element("div", "gx-notes");
  const check = modelCheck(model);
  const about = element("p", "gx-about");
  const logOdds = element("button", "gx-button", "Show log-odds");
  reading.setAttribute("role", "status");
  for (const alert of [error, local]) alert.setAttribute("role", "alert");
  local.hidden = true;
  logOdds.addEventListener(
    "click",
    () => {
      model.set("score", "log-odds");
      model.save_changes();
    },
    { signal },
  );
  root.append(offline.element, reading, error, local, notes, logOdds, about, check.element);

  /** The kernel's error when the front end's message was shown. */
  let oldError = "";
  const showMessage = (text: string) => {
    oldError = model.get("error");
    setText(local, text);
    setText(error, text ? "" : oldError);
  };
  const update = () => {
    offline.update();
    setText(reading, model.get("reading") && `Reading “${model.get("reading")}” …`);
    const kernelError = model.get("error");
    if (kernelError !== oldError) setText(local, "");
    if (local.hidden) setText(error, kernelError);
    showNodes(notes, model.get("notes").map((note) => element("p", "gx-note", note)));
    logOdds.hidden = !filled(model.get("prediction"))?.saturated || model.get("notes").length === 0;
    logOdds.disabled = host() === "gone";
    setText(about, aboutText(model));
    check.update();
  };
  return { element: root, update, showMessage };
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
