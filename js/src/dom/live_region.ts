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
  const status = model.get("status");
  if (status === "running") return `${progress?.name ?? "Cells"}: ${25 * Math.floor(4 * (progress?.share ?? 0))}%.`;
  return status === "done" ? "All cells are scored." : `${progress?.text ?? ""}: ${status}.`;
}
