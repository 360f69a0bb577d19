// Messages: a kernel that is gone, errors, notes, the model and what may be wrong with it.

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
  const error = element("p", "gx-error");
  const own = element("p", "gx-error");
  const notes = element("div", "gx-notes");
  const check = modelCheck(model);
  const about = element("p", "gx-about");
  const offer = element("button", "gx-button", "Show log-odds");
  offline.setAttribute("role", "status");
  for (const alert of [error, own]) alert.setAttribute("role", "alert");
  own.hidden = true;
  offer.addEventListener(
    "click",
    () => {
      model.set("score", "log-odds");
      model.save_changes();
    },
    { signal },
  );
  root.append(offline, error, own, notes, offer, about, check.element);

  /** The kernel's error at the time of the front end's own message. */
  let past = "";
  const showMessage = (text: string) => {
    past = model.get("error");
    setText(own, text);
    setText(error, text ? "" : past);
  };
  const update = () => {
    setText(offline, OFFLINE[host()]);
    const news = model.get("error");
    if (news !== past) setText(own, "");
    if (own.hidden) setText(error, news);
    showNodes(notes, model.get("notes").map((note) => element("p", "gx-note", note)));
    offer.hidden = !filled(model.get("prediction"))?.saturated || model.get("notes").length === 0;
    offer.disabled = host() === "gone";
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

/** Set a changed text; hide the element if it is empty. */
function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
