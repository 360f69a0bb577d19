// Copies the selection as Python writes it: rows are counted from 1 on the screen, from 0 in code.

import { listen } from "../dom/listen";
import { svgElement } from "../dom/svg";
import { attribute, element } from "../dom/element";
import type { Cell } from "../model/widget_model";
import { valueText } from "../text/evidence_text";

export function copyButton(signal: AbortSignal) {
  const button = element("button", "gx-button gx-small gx-copy");
  button.append(icon());
  let code = "";
  attribute(button, "aria-label", "Copy the selection as Python code");
  const copy = () => {
    navigator.clipboard?.writeText(code).then(
      () => (button.title = `Copied: ${code}`),
      () => (button.title = code),
    );
  };
  listen(button, "click", copy, signal);
  const update = (cells: Cell[]) => {
    button.hidden = cells.length === 0;
    if (code !== valueText(cells)) button.title = `Copy: ${valueText(cells)}`;
    code = valueText(cells);
  };
  return { element: button, update };
}

/** Two sheets. */
function icon(): SVGElement {
  const svg = svgElement("svg", { viewBox: "0 0 16 16", width: 14, height: 14 });
  svg.append(svgElement("path", { d: "M5 5h8v9H5zM3 11H2V2h8v1" }));
  return svg;
}
