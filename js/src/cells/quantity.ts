// What a model's numbers are, and how they are written; mirrors classifiers/quantities.py.

import type { Quantity } from "../model/widget_model";
import { percent } from "./scores";

export const PROBABILITY: Quantity = { name: "probability", unit: "" };

/** “83.0%”, or “57.4 years”. */
export function quantityText(number: number, quantity: Quantity): string {
  if (quantity.name === "probability") return percent(number);
  return `${numberText(number)} ${quantity.unit}`.trimEnd();
}

/** “93.0% → 12.0%”, or “57.4 → 55.1 years”. */
export function changeOf(before: number, after: number, quantity: Quantity): string {
  const first = quantity.name === "value" ? numberText(before) : percent(before);
  return `${first} → ${quantityText(after, quantity)}`;
}

/** Four digits or more, with a typographic minus. */
export function numberText(value: number): string {
  const size = Math.abs(value);
  if (size > 0 && (size < 1e-4 || size >= 1e7)) {
    return value.toExponential(3).replace("e+", "e").replaceAll("-", "−");
  }
  const digits = size > 0 ? 3 - Math.floor(Math.log10(size)) : 0;
  const text = value.toFixed(Math.min(7, Math.max(size < 1e5 ? 2 : 0, digits)));
  return (text.includes(".") ? text.replace(/\.?0+$/, "") : text).replace("-", "−");
}
