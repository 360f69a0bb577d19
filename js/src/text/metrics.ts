// The figures of a map's audit: how they are written, and which is the best of several maps'. As
// measures.py. Pure functions.

import type { Figures } from "../model/comparison_protocol";

export interface Measure {
  name: "deletion" | "insertion" | "srg" | "randomised" | "pointing" | "inside";
  title: string;
  better: "higher" | "lower";
  meaning: string;
  /** Whether the sign is written where it is +. */
  signed?: true;
}

export const ARROWS: Record<Measure["better"], string> = { higher: "↑", lower: "↓" };

/** In the order in which they are shown. */
export const MEASURES: Measure[] = [
  {
    name: "deletion",
    title: "Deletion",
    better: "lower",
    meaning:
      "The mean probability of the class that is left while cells are hidden, the map's most important " +
      "first. Lower is better: the map has found what the model needs.",
  },
  {
    name: "insertion",
    title: "Insertion",
    better: "higher",
    meaning:
      "The mean probability that is regained while cells of a hidden picture are shown, the most " +
      "important first. Higher is better: what the map has found is enough for the model.",
  },
  {
    name: "srg",
    title: "SRG",
    better: "higher",
    signed: true,
    meaning:
      "Insertion minus deletion, from −1 to 1. A random order reaches 0 on average. Higher is better.",
  },
  {
    name: "randomised",
    title: "Scrambled",
    better: "lower",
    meaning:
      "The mean rank correlation, its sign left out, with the maps of the same network while its " +
      "weights are scrambled layer by layer. Near 0 is better: a map that stays as it was does not " +
      "depend on what the model has learned.",
  },
  {
    name: "pointing",
    title: "Pointing",
    better: "higher",
    meaning: "Whether the map's most important cell touches the object.",
  },
  {
    name: "inside",
    title: "Inside",
    better: "higher",
    meaning:
      "The share of the map's positive values that lies in the object's mask. Higher is better: compare " +
      "it with the area, the mask's share of the picture, which a map without a clue reaches.",
  },
];

type Known = number | boolean;

export function measureText({ signed }: Measure, value: Known): string {
  if (typeof value === "boolean") return value ? "✓ hit" : "✗ miss";
  const text = sizeText(value);
  if (Number(text) === 0) return text;
  return (value < 0 ? "−" : signed ? "+" : "") + text;
}

/** Without a sign: two digits, or four where two tell nothing. */
export function sizeText(value: number): string {
  const size = Math.abs(value);
  const text = size.toFixed(size < 0.01 ? 4 : 2);
  return Number(text) === 0 ? "0.00" : text;
}

/** What is larger the better a figure is. */
function worth({ better }: Measure, value: number): number {
  return better === "higher" ? value : -value;
}

/** How the best of several maps' figures is written; nothing where they are all alike. */
export type Best = Partial<Record<Measure["name"], string>>;

export function bestOf(figures: readonly Figures[]): Best {
  const best: Best = {};
  for (const measure of MEASURES) {
    const known = figures.map((of) => of[measure.name]).filter((value) => typeof value === "number");
    const texts = new Set(known.map((value) => measureText(measure, value)));
    if (texts.size < 2) continue;
    const first = known.reduce((a, b) => (worth(measure, b) > worth(measure, a) ? b : a));
    best[measure.name] = measureText(measure, first);
  }
  return best;
}
