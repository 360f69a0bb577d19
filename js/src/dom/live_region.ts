// Announces progress and answers to screen readers.

import type { Model } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { attribute, element } from "./element";

export interface LiveRegion {
  element: HTMLElement;
  /** `answer` describes the evidence. */
  update(answer: string): void;
}

export function liveRegion(model: Model): LiveRegion {
  const root = element("div", "gx-sr");
  attribute(root, "role", "status");
  attribute(root, "aria-live", "polite");
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
  const handfuls = progress?.handfuls ?? { done: 0, total: 0 };
  const [known, most] = [done + handfuls.done, total + handfuls.total];
  const together = handfuls.total > 0 && done === total;
  switch (model.get("status")) {
    case "done":
      return `All ${total} cells are scored.`;
    case "stopped":
      return together
        ? `Stopped after ${handfuls.done} of ${handfuls.total} handfuls.`
        : `Stopped after ${done} of ${total} cells.`;
    case "error":
      return "Scoring failed.";
    default: {
      const quarters = most > 0 ? Math.floor((4 * known) / most) : 0;
      return `Scoring cells: ${25 * quarters}%.`;
    }
  }
}
