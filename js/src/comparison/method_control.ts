// The head of a map: its method, its layer, and the way to take it away.

import type { Asked, MapRecord, Model, Offered } from "../model/comparison_protocol";
import { element } from "../dom/element";
import type { Host } from "../model/widget_model";
import { select, type Option } from "../dom/select";

export interface MethodIntents {
  change(asked: Asked): void;
  remove(): void;
}

export interface MethodControl {
  /** The method and the button, and below them the layer, or what else is said about the method. */
  elements: [HTMLElement, HTMLElement];
  /** `title` is the map's. */
  update(asked: Asked, map: MapRecord | null, title: string): void;
  focus(): void;
}

export function methodControl(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  intents: MethodIntents,
): MethodControl {
  const [top, below] = [element("div", "gx-map-head"), element("div", "gx-map-layer")];
  let [name, said] = ["", ""];
  const method = select(signal, (value) => {
    // What was said about another method means nothing to this one, but for a layer.
    const kept = takesLayer(model.get("offered"), value) && model.get("layers").includes(said);
    intents.change([value, kept ? said : ""]);
  });
  const where = select(signal, (value) => intents.change([name, value]));
  const heading = element("span", "gx-map-title");
  const used = element("span", "gx-map-used");
  const remove = element("button", "gx-button gx-small gx-remove", "×");
  remove.addEventListener("click", intents.remove, { signal });
  method.element.setAttribute("aria-label", "Method");
  top.append(heading, method.element, remove);
  below.append(used, where.element);

  const update = (asked: Asked, map: MapRecord | null, title: string) => {
    [name, said] = asked;
    const [offered, layers] = [model.get("offered"), model.get("layers")];
    const bare = titleOf(offered, name);
    const taken = takesLayer(offered, name) && layers.length > 0;
    method.update(withCurrent(methodOptions(offered), name, bare), name);
    where.update(withCurrent(layerOptions(layers, said, map), said, said), said);
    where.element.setAttribute("aria-label", `Layer of ${bare}`);
    remove.setAttribute("aria-label", `Remove ${title}`);
    remove.title = "Remove";
    heading.textContent = title;
    const page = host() === "page";
    used.textContent = page ? layerText(map) : said; // on a page, the title says it
    used.title = used.textContent;
    used.hidden = used.textContent === "" || (taken && !page);
    heading.hidden = !page;
    method.element.hidden = remove.hidden = page;
    where.element.hidden = page || !taken;
    for (const control of [method.element, where.element, remove]) control.disabled = host() === "gone";
  };
  return { elements: [top, below], update, focus: () => remove.focus() };
}

/** What a map is called before it has come. */
export function askedTitle(offered: readonly Offered[], [name, said]: Asked): string {
  return [titleOf(offered, name), said].filter(Boolean).join(", ");
}

function titleOf(offered: readonly Offered[], name: string): string {
  return offered.find(([known]) => known === name)?.[1] ?? name;
}

/** Those that can be had come first. */
export function methodOptions(offered: readonly Offered[]): Option[] {
  const options = offered.map(([name, title, , why]): Option => [name, title, why]);
  return [...options.filter(([, , why]) => !why), ...options.filter(([, , why]) => why)];
}

function layerText(map: MapRecord | null): string {
  return map?.layerUsed ? `layer ${map.layerUsed}` : "";
}

function layerOptions(layers: string[], said: string, map: MapRecord | null): Option[] {
  const own = said === "" && map?.layerUsed ? `last layer (${map.layerUsed})` : "last layer";
  return [["", own], ...layers.map((known): Option => [known, known])];
}

/** What is chosen is listed, even where it cannot be chosen. */
function withCurrent(options: Option[], value: string, text: string): Option[] {
  return options.some(([known]) => known === value) ? options : [[value, text], ...options];
}

function takesLayer(offered: readonly Offered[], name: string): boolean {
  return offered.some(([known, , takes]) => known === name && takes);
}
