// Drops → colours. Pure functions.

import { APPEARANCE, type Colormap, type Model, type Traits } from "../model/explorer_protocol";
import { isFaded } from "./scores";

export type Appearance = Pick<Traits, (typeof APPEARANCE)[number]>;

export interface Hues {
  supports: string;
  against: string;
}

// At full strength over grey, the hues of each map are at least 30 units of CAM02-UCS apart under
// protanopia, deuteranopia and tritanopia, simulated after Machado, Oliveira and Fernandes (2009);
// "orange-blue" is 47 apart, so that weak drops are distinct too.
export const HUES: Record<Colormap, Hues> = {
  // M. Okabe and K. Ito, "Color Universal Design" (2008). Same as tint.py.
  "orange-blue": { supports: "#d55e00", against: "#0072b2" },
  // PRGn of C. Brewer's ColorBrewer 2.0, colour-blind safe.
  "purple-green": { supports: "#762a83", against: "#1b7837" },
  // SHAP's. Under protanopia its red is dark; weak drops are hard to tell apart.
  "red-blue": { supports: "#ff0051", against: "#008bfb" },
};

/** Of many maps side by side: values are shares of a map's largest, so that 1 is the full colour in every map. */
export const MAP_APPEARANCE: Appearance = {
  colormap: "orange-blue",
  opacity: 0.85,
  numbers: false,
  scale: "absolute",
  threshold: 0,
};

export function appearanceOf(model: Model): Appearance {
  return Object.fromEntries(APPEARANCE.map((name) => [name, model.get(name)])) as Appearance;
}

/** Hue shows the sign of a drop, opacity its size. */
export function cellColor(drop: number, scale: number, appearance: Appearance): string {
  const share = isFaded(drop, scale, appearance.threshold) ? 0 : Math.min(1, Math.abs(drop) / scale);
  const { supports, against } = HUES[appearance.colormap];
  return withAlpha(drop >= 0 ? supports : against, appearance.opacity * share);
}

/** #rrggbb and an opacity (0..1) → #rrggbbaa. */
export function withAlpha(hex: string, alpha: number): string {
  const byte = Math.round(255 * alpha);
  return hex + byte.toString(16).padStart(2, "0");
}
