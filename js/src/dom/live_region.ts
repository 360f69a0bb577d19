// Announces progress and answers to screen readers.

import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { element } from "./element";

export interface LiveRegion {
  element: HTMLElement;
  /** `answer` describes the evidence. */
  update(answer: string): void;
}

export function liveRegion(model: Model): LiveRegion {
  const root = element("div", "gx-sr");
  root.setAttribute("role", "status");
  root.setAttribute("aria-live", "polite");
  let announcedProgress = "";
  let announcedAnswer = "";

  const update = (answer: string) => {
    const progress = progressNews(model);
    const news = [
      answer === announcedAnswer ? "" : answer,
      progress === announcedProgress ? "" : progress,
    ];
    const text = news.filter(Boolean).join(" ");
    if (text) root.textContent = text;
    [announcedAnswer, announcedProgress] = [answer, progress];
  };
  return { element: root, update };
}

/** Changes four times a run, and at its end. */
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
