// Drops → colours. Pure functions.

import { LOOKS, type Colormap, type Model, type Traits } from "../model/explorer_protocol";
import { isFaded } from "./scores";

/** How drops are drawn. */
export type Looks = Pick<Traits, (typeof LOOKS)[number]>;

export interface Hues {
  supports: string;
  against: string;
}

// Laid over grey at full strength, the two hues of each map stay at least 30 units of CAM02-UCS
// apart under protanopia, deuteranopia and tritanopia as simulated by Machado, Oliveira and
// Fernandes (2009); "orange-blue" stays 47 apart, so that weak drops are told apart as well.
export const HUES: Record<Colormap, Hues> = {
  // M. Okabe and K. Ito, "Color Universal Design" (2008). plot.py holds the same.
  "orange-blue": { supports: "#d55e00", against: "#0072b2" },
  // PRGn of C. Brewer's ColorBrewer 2.0, listed there as safe for colour-blind eyes.
  "purple-green": { supports: "#762a83", against: "#1b7837" },
  // SHAP's; under protanopia its red is dark and weak drops are hard to tell apart.
  "red-blue": { supports: "#ff0051", against: "#008bfb" },
};

export function looksOf(model: Model): Looks {
  return Object.fromEntries(LOOKS.map((name) => [name, model.get(name)])) as Looks;
}

/** Colour that lies over a cell: opaque with the size of the drop, hue with its sign. */
export function cellColor(drop: number, scale: number, looks: Looks): string {
  const share = isFaded(drop, scale, looks.threshold) ? 0 : Math.min(1, Math.abs(drop) / scale);
  const { supports, against } = HUES[looks.colormap];
  return withAlpha(drop >= 0 ? supports : against, looks.opacity * share);
}

/** #rrggbb and an opacity as #rrggbbaa. */
export function withAlpha(hex: string, alpha: number): string {
  const byte = Math.round(255 * alpha);
  return hex + byte.toString(16).padStart(2, "0");
}
