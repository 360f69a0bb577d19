// The maps of a run: cells hidden alone, or together in handfuls; and another method's. Pure functions.

import type { Foretold, Headline, Model, Score, ShownMap } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";
import { RANKED } from "./scores";

type Maps = Pick<Model, "get">;

/** Whether there are two to choose from. */
export function hasTogether(model: Maps): boolean {
  return model.get("together").byteLength > 0;
}

/** Another method's, the chosen map, or the one that has earned it. */
export function shownMap(model: Maps): ShownMap {
  if (filled(model.get("method_map"))) return "method";
  if (!hasTogether(model)) return "alone";
  return model.get("map") || (model.get("foretells").shown ?? "alone");
}

/** The numbers on the screen, encoded. */
export function shownScores(model: Maps): DataView {
  const made = filled(model.get("method_map"));
  return made ? made.values : model.get(shownMap(model) === "together" ? "together" : "scores");
}

/** What the numbers on the screen are of, and their unit; those that only rank are shares. */
export function shownUnit(model: Maps): [score: Score, unit: string] {
  const made = filled(model.get("method_map"));
  if (made?.unit === "") return ["probability", RANKED];
  return [made?.unit ?? model.get("score"), model.get("quantity").unit];
}

/** How a number on the screen comes about. */
export function shownChange(model: Maps): string {
  return shownMap(model) === "alone" ? "if hidden" : "if hidden with others";
}

export interface Told {
  headline: Headline["alone"];
  foretold: Foretold | null;
  how: string;
}

/** What is said of the map on the screen. */
export function shownTexts(model: Maps): Told {
  const made = filled(model.get("method_map"));
  if (made) return { ...made, foretold: filled(made.foretold) };
  const map = shownMap(model) as "alone" | "together";
  const headline = model.get("headline");
  return {
    headline: headline[map] ?? headline.alone,
    foretold: model.get("foretells")[map] ?? null,
    how: filled(model.get("about"))?.how[map] ?? "",
  };
}
