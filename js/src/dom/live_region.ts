// What is told to those who do not see it: progress now and then, and answers.

import { element } from "./element";
import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";

export interface Live {
  element: HTMLElement;
  /** `answer` is what the evidence says. */
  update(answer: string): void;
}

export function liveRegion(model: Model): Live {
  const root = element("div", "gx-sr");
  root.setAttribute("role", "status");
  root.setAttribute("aria-live", "polite");
  let told = "";
  let answered = "";

  const update = (answer: string) => {
    const progress = progressNews(model);
    const news = [answer === answered ? "" : answer, progress === told ? "" : progress];
    const text = news.filter(Boolean).join(" ");
    if (text) root.textContent = text;
    [answered, told] = [answer, progress];
  };
  return { element: root, update };
}

/** Changes four times in a run, and at its end. */
export function progressNews(model: Model): string {
  const progress = filled(model.get("progress"));
  const [done, total] = [progress?.done ?? 0, progress?.total ?? 0];
  switch (model.get("status")) {
    case "done":
      return `All ${total} cells are scored.`;
    case "stopped":
      return `Stopped after ${done} of ${total} cells.`;
    case "error":
      return "Scoring failed.";
    default: {
      const quarters = total > 0 ? Math.floor((4 * done) / total) : 0;
      return `Scoring cells: ${25 * quarters}%.`;
    }
  }
}
