// Drops → colours. Pure functions.

// Blue and vermilion of M. Okabe and K. Ito, "Color Universal Design" (2008): told apart by every
// kind of colour vision. plot.py holds the same.
export const AGAINST = "#0072b2";
export const SUPPORTS = "#d55e00";

/** Opacity of the largest drop; a cell that does nothing is clear. */
export const STRONGEST = 0.85;

/** Colour that lies over a cell: opaque with the size of the drop, hue with its sign. */
export function cellColor(drop: number, scale: number): string {
  const share = Math.min(1, Math.abs(drop) / scale);
  return withAlpha(drop >= 0 ? SUPPORTS : AGAINST, STRONGEST * share);
}

export function withAlpha(hex: string, alpha: number): string {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  return `rgba(${red}, ${green}, ${blue}, ${alpha.toFixed(3)})`;
}
