// Which method makes the map, and at which layer it looks.

import { field } from "../dom/field";
import { select, type Option } from "../dom/select";
import type { Model } from "../model/explorer_protocol";
import { choice } from "../dom/choice";

export function methodChoice(model: Model, signal: AbortSignal) {
  const method = select(signal, (name) => {
    model.set("method", name);
    model.set("layer", "");
    model.save_changes();
  });
  method.element.dataset["asks"] = "";
  const layer = choice(model, signal, "layer", "Layer", () => [
    ["", "its own choice"],
    ...model.get("layers").map((name): Option => [name, name]),
  ]);
  const update = () => {
    const offered = model.get("offered");
    const named = offered.map(([name, title, , reason]): Option => [name, title + (reason && `: ${reason}`), reason]);
    method.update(named, model.get("method"));
    layer.update();
    layer.element.hidden = !offered.some(([name, , takes]) => takes && name === model.get("method"));
  };
  return { elements: [field("Method", method.element), layer.element], update };
}
