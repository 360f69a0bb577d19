// What must be said of a comparison: errors, a kernel that is gone, methods that cannot be had, news.

import type { Model } from "../model/comparison_protocol";
import { element, showNodes } from "../dom/element";
import type { Host } from "../model/widget_model";

export interface Notices {
  alerts: HTMLElement;
  /** Why methods cannot be had. */
  refused: HTMLElement;
  /** What is told to those who do not see it. */
  live: HTMLElement;
  /** The picture cannot be decoded. */
  broken(is: boolean): void;
  update(news: string, answer: string): void;
}

const GONE =
  "The kernel is gone. The maps stay and can be read; to ask for more, run the notebook again.";

export function compareNotices(model: Model, host: () => Host): Notices {
  const alerts = element("div", "gx-alerts");
  const offline = element("p", "gx-offline", GONE);
  const error = element("p", "gx-error");
  const damaged = element("p", "gx-error", "The picture cannot be shown here.");
  const refused = element("details", "gx-refused");
  const summary = element("summary", "gx-quiet");
  const list = element("dl", "gx-meanings");
  const live = element("div", "gx-sr");
  offline.setAttribute("role", "status");
  error.setAttribute("role", "alert");
  live.setAttribute("role", "status");
  live.setAttribute("aria-live", "polite");
  damaged.hidden = true;
  alerts.append(offline, error, damaged);
  refused.append(summary, list);
  let told = ["", ""];

  const update = (news: string, answer: string) => {
    offline.hidden = host() !== "gone";
    if (error.textContent !== model.get("error")) error.textContent = model.get("error");
    error.hidden = error.textContent === "";
    const why = model.get("offered").filter(([, , , reason]) => reason !== "");
    refused.hidden = why.length === 0 || host() === "page";
    const many = why.length === 1 ? "1 method that" : `${why.length} methods that`;
    showNodes(summary, [`${many} this model cannot be asked for`]);
    showNodes(list, why.flatMap(([, title, , reason]) => [element("dt", "", title), element("dd", "", reason)]));
    const text = [news, answer].filter((part, place) => part !== told[place]).join(". ");
    if (text) live.textContent = text;
    told = [news, answer];
  };
  const broken = (is: boolean) => {
    damaged.hidden = !is;
  };
  return { alerts, refused, live, broken, update };
}
