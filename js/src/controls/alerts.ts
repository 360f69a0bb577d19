// Above the map: a lost kernel, a picture on its way, errors of the kernel and of the front end.

import { attribute, element, setText } from "../dom/element";
import type { Connection } from "../model/connection";
import type { ModelOf } from "../model/widget_model";
import { offlineNotice } from "./offline";

interface Told {
  reading: string;
  error: string;
  picture: DataView;
}

export function alertsView(model: ModelOf<Told, never>, connection: Connection) {
  const { host } = connection;
  const root = element("div", "gx-alerts");
  const offline = offlineNotice(connection);
  const reading = element("p", "gx-reading");
  const error = element("p", "gx-error");
  const local = element("p", "gx-error");
  attribute(reading, "role", "status");
  for (const alert of [error, local]) attribute(alert, "role", "alert");
  local.hidden = true;
  root.append(offline.element, reading, error, local);

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
  };
  return { element: root, update, showMessage, sending, coming };
}
