// How the maps are made, behind one button: the grid, what hides cells, randomised weights.

import { choice } from "../dom/choice";
import { gridControl } from "../controls/grid_control";
import { disclosure } from "../dom/disclosure";
import { tickBox } from "../dom/field";
import type { Option } from "../dom/select";
import type { Model, Traits } from "../model/comparison_protocol";
import { filled, type Host } from "../model/widget_model";

export function mapSettings(model: Model, signal: AbortSignal, host: () => Host) {
  const { button, panel } = disclosure("Settings", "gx-settings", signal);
  const grid = gridControl(model, signal, () => shapeOf(model));
  const fill = choice(model, signal, "map_fill", "Hide with", () => model.get("map_fills").map(optionOf));
  const { box: randomise, element: check } = tickBox("Randomise weights", signal, (on) => {
    model.set("randomise", on);
    model.save_changes();
  });
  randomise.classList.add("gx-randomise");
  check.title =
    "Compare each map with those of the same network with randomised weights. Takes longer; needs a " +
    "white-box model.";
  panel.append(grid.element, fill.element, check);
  const update = () => {
    grid.update();
    fill.update();
    randomise.checked = model.get("randomise");
    for (const control of panel.querySelectorAll<HTMLInputElement | HTMLSelectElement>("[data-asks]")) {
      control.disabled = host() !== "kernel";
    }
    randomise.disabled = host() !== "kernel" || model.get("layers").length === 0;
    button.hidden = host() === "page";
  };
  return { button, panel, update };
}

function optionOf([name, text, reason]: Traits["map_fills"][number]): Option {
  return [name, text + (reason ? ": not installed" : ""), reason];
}

/** The picture's width over its height. */
function shapeOf(model: Model): number {
  const grid = filled(model.get("grid"));
  return grid ? grid.width / grid.height : 1;
}
