// The head of a map: its method, its layer, and the way to take it away.

import type { Asked, MapRecord, Model, Offered } from "./compare_protocol";
import { element } from "./dom";
import type { Host } from "./protocol";
import { select, type Option } from "./select";

export interface MethodIntents {
  change(asked: Asked): void;
  remove(): void;
}

export interface MethodControl {
  /** The method and the button, and below them the layer. */
  elements: [HTMLElement, HTMLElement];
  update(asked: Asked, map: MapRecord | null): void;
  focus(): void;
}

export function methodControl(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  intents: MethodIntents,
): MethodControl {
  const [top, below] = [element("div", "gx-map-head"), element("div", "gx-map-layer")];
  let [name, layer] = ["", ""];
  const method = select(signal, (value) => {
    intents.change([value, takesLayer(model.get("offered"), value) ? layer : ""]);
  });
  const where = select(signal, (value) => intents.change([name, value]));
  const heading = element("span", "gx-map-title");
  const used = element("span", "gx-map-used");
  const remove = element("button", "gx-button gx-small gx-remove", "×");
  remove.addEventListener("click", intents.remove, { signal });
  method.element.setAttribute("aria-label", "Method");
  top.append(heading, method.element, remove);
  below.append(used, where.element);

  const update = (asked: Asked, map: MapRecord | null) => {
    [name, layer] = asked;
    const [offered, layers] = [model.get("offered"), model.get("layers")];
    const title = map?.title || titleOf(offered, name);
    const taken = takesLayer(offered, name) && layers.length > 0;
    method.update(withCurrent(methodOptions(offered), name, title), name);
    where.update(withCurrent(layerOptions(layers, layer, map), layer, layer), layer);
    where.element.setAttribute("aria-label", `Layer of ${title}`);
    remove.setAttribute("aria-label", `Remove ${title}`);
    remove.title = "Remove";
    heading.textContent = title;
    used.textContent = map?.layerUsed ? `layer ${map.layerUsed}` : "";
    used.title = used.textContent;
    const page = host() === "page";
    heading.hidden = !page;
    used.hidden = !page || used.textContent === "";
    method.element.hidden = remove.hidden = page;
    where.element.hidden = page || !taken;
    for (const control of [method.element, where.element, remove]) control.disabled = host() === "gone";
  };
  return { elements: [top, below], update, focus: () => remove.focus() };
}

export function titleOf(offered: readonly Offered[], name: string): string {
  return offered.find(([known]) => known === name)?.[1] ?? name;
}

/** Those that can be had come first. */
export function methodOptions(offered: readonly Offered[]): Option[] {
  const options = offered.map(([name, title, , why]): Option => [name, title, why]);
  return [...options.filter(([, , why]) => !why), ...options.filter(([, , why]) => why)];
}

function layerOptions(layers: string[], layer: string, map: MapRecord | null): Option[] {
  const own = layer === "" && map?.layerUsed ? `last layer (${map.layerUsed})` : "last layer";
  return [["", own], ...layers.map((known): Option => [known, known])];
}

/** What is chosen is listed, even where it cannot be chosen. */
function withCurrent(options: Option[], value: string, text: string): Option[] {
  return options.some(([known]) => known === value) ? options : [[value, text], ...options];
}

function takesLayer(offered: readonly Offered[], name: string): boolean {
  return offered.some(([known, , takes]) => known === name && takes);
}
