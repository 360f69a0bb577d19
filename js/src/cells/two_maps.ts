// The two maps of a run: cells hidden alone, or together in handfuls. Pure functions.

import type { MapName, Traits } from "../model/explorer_protocol";

interface Maps {
  get<K extends "scores" | "together" | "foretells" | "map">(name: K): Traits[K];
}

/** Whether there are two to choose from. */
export function hasTogether(model: Maps): boolean {
  return model.get("together").byteLength > 0;
}

/** The chosen map, or the one that has earned it. */
export function shownMap(model: Maps): MapName {
  if (!hasTogether(model)) return "alone";
  return model.get("map") || (model.get("foretells").shown ?? "alone");
}

/** The numbers on the screen, encoded. */
export function shownScores(model: Maps): DataView {
  return model.get(shownMap(model) === "together" ? "together" : "scores");
}
