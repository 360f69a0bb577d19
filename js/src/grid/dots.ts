// What a cell does in each way to hide it: dots on a line, against to the left, for to the right.

import { svgElement } from "../dom/svg";

const [WIDTH, HEIGHT] = [160, 14];

/** Up to the `margin` a value counts as none. */
export function dots(values: readonly number[], margin: number): SVGElement {
  const end = Math.max(2 * margin, ...values.map(Math.abs));
  const at = (value: number) => (WIDTH / 2) * (1 + (0.94 * value) / end);
  const svg = svgElement("svg", { class: "gx-dots", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT });
  const band = { class: "gx-dots-none", x: at(-margin), y: 0, width: at(margin) - at(-margin), height: HEIGHT };
  svg.append(svgElement("rect", band), svgElement("path", { d: `M0 ${HEIGHT / 2}H${WIDTH}M${WIDTH / 2} 0V${HEIGHT}` }));
  for (const value of values) svg.append(svgElement("circle", { cx: at(value), cy: HEIGHT / 2, r: 3.5 }));
  return svg;
}
