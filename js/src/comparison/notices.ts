// Messages of a comparison: errors, a lost kernel, unavailable methods.

import { alertsView } from "../controls/alerts";
import { attribute, element, showNodes } from "../dom/element";
import type { Model } from "../model/comparison_protocol";
import type { Connection } from "../model/connection";

export interface Notices {
  alerts: HTMLElement;
  refused: HTMLElement;
  /** For screen readers. */
  live: HTMLElement;
  /** The picture cannot be decoded. */
  broken(is: boolean): void;
  update(news: string, answer: string): void;
  showMessage(text: string): void;
  /** A picture is on its way. */
  sending(name: string): void;
  coming(): string;
}

export function comparisonNotices(model: Model, connection: Connection): Notices {
  const { host } = connection;
  const alerts = alertsView(model, connection);
  const damaged = element("p", "gx-error", "The picture cannot be shown here.");
  const refused = element("details", "gx-refused");
  const summary = element("summary", "gx-quiet");
  const list = element("dl", "gx-meanings");
  const live = element("div", "gx-sr");
  attribute(live, "role", "status");
  attribute(live, "aria-live", "polite");
  damaged.hidden = true;
  alerts.element.append(damaged);
  refused.append(summary, list);
  let announced = ["", ""];

  const update = (news: string, answer: string) => {
    alerts.update();
    const unavailable = model.get("offered").filter(([, , , reason]) => reason !== "");
    refused.hidden = unavailable.length === 0 || host() === "page";
    const many = unavailable.length === 1 ? "1 method" : `${unavailable.length} methods`;
    showNodes(summary, [`${many} cannot be used with this model`]);
    showNodes(list, unavailable.flatMap(([, title, , reason]) => [element("dt", "", title), element("dd", "", reason)]));
    const text = [news, answer].filter((part, place) => part !== announced[place]).join(". ");
    if (text) live.textContent = text;
    announced = [news, answer];
  };
  const broken = (is: boolean) => {
    damaged.hidden = !is;
  };
  const { showMessage, sending, coming } = alerts;
  return { alerts: alerts.element, refused, live, broken, update, showMessage, sending, coming };
}
