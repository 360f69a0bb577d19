// Messages: a lost kernel, errors, notes, the model and its checks.

import { element, showNodes } from "../dom/element";
import type { Model } from "../model/explorer_protocol";
import { filled, type Host } from "../model/widget_model";
import { modelCheck } from "./model_check";

const OFFLINE: Record<Host, string> = {
  kernel: "",
  gone:
    "The kernel is gone. The map can still be read; run the notebook again to compute more.",
  page: "",
};

export function noticesView(model: Model, signal: AbortSignal, host: () => Host) {
  const root = element("div", "gx-notices");
  const offline = element("p", "gx-offline");
  const reading = element("p", "gx-reading");
  const error = element("p", "gx-error");
  const local = element("p", "gx-error");
  const notes = element("div", "gx-notes");
  const check = modelCheck(model);
  const about = element("p", "gx-about");
  const logOdds = element("button", "gx-button", "Show log-odds");
  for (const status of [offline, reading]) status.setAttribute("role", "status");
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
  root.append(offline, reading, error, local, notes, logOdds, about, check.element);

  /** The kernel's error when the front end's message was shown. */
  let oldError = "";
  const showMessage = (text: string) => {
    oldError = model.get("error");
    setText(local, text);
    setText(error, text ? "" : oldError);
  };
  const update = () => {
    setText(offline, OFFLINE[host()]);
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
