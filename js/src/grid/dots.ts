// What a cell does in each way to hide it: dots on a line, against to the left, for to the right.

const SVG = "http://www.w3.org/2000/svg";
const [WIDTH, HEIGHT] = [160, 14];

/** Up to the `margin` a value counts as none. */
export function dots(values: readonly number[], margin: number): SVGElement {
  const end = Math.max(2 * margin, ...values.map(Math.abs));
  const at = (value: number) => (WIDTH / 2) * (1 + (0.94 * value) / end);
  const svg = node("svg", { class: "gx-dots", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: String(WIDTH), height: String(HEIGHT) });
  const band = { class: "gx-dots-none", x: String(at(-margin)), y: "0", width: String(at(margin) - at(-margin)), height: String(HEIGHT) };
  svg.append(node("rect", band), node("path", { d: `M0 ${HEIGHT / 2}H${WIDTH}M${WIDTH / 2} 0V${HEIGHT}` }));
  for (const value of values) svg.append(node("circle", { cx: String(at(value)), cy: String(HEIGHT / 2), r: "3.5" }));
  return svg;
}

function node(name: string, attributes: Record<string, string>): SVGElement {
  const made = document.createElementNS(SVG, name) as SVGElement;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}
