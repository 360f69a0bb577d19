// The head of a map: method, layer and a remove button.

import { listen } from "../dom/listen";
import { attribute, element } from "../dom/element";
import { select, type Option } from "../dom/select";
import type { MapRecord, MethodRequest, Model, Offered } from "../model/comparison_protocol";
import type { Host } from "../model/widget_model";

export interface MethodIntents {
  change(request: MethodRequest): void;
  remove(): void;
}

export interface MethodControl {
  /** Method and button; below, the layer or other options. */
  elements: [HTMLElement, HTMLElement];
  update(request: MethodRequest, map: MapRecord | null, title: string): void;
  focus(): void;
}

export function methodControl(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  intents: MethodIntents,
): MethodControl {
  const [top, below] = [element("div", "gx-map-head"), element("div", "gx-map-layer")];
  let [name, options] = ["", ""];
  const method = select(signal, (value) => {
    // Only a layer means the same to another method.
    const kept = takesLayer(model.get("offered"), value) && model.get("layers").includes(options);
    intents.change([value, kept ? options : ""]);
  });
  const where = select(signal, (value) => intents.change([name, value]));
  const heading = element("span", "gx-map-title");
  const used = element("span", "gx-map-used");
  const remove = element("button", "gx-button gx-small gx-remove", "×");
  listen(remove, "click", intents.remove, signal);
  attribute(method.element, "aria-label", "Method");
  top.append(heading, method.element, remove);
  below.append(used, where.element);

  const update = (request: MethodRequest, map: MapRecord | null, title: string) => {
    [name, options] = request;
    const [offered, layers] = [model.get("offered"), model.get("layers")];
    const bare = titleOf(offered, name);
    const taken = takesLayer(offered, name) && layers.length > 0;
    method.update(withCurrent(methodOptions(offered), name, bare), name);
    where.update(withCurrent(layerOptions(layers, options, map), options, options), options);
    attribute(where.element, "aria-label", `Layer of ${bare}`);
    attribute(remove, "aria-label", `Remove ${title}`);
    remove.title = "Remove";
    heading.textContent = title;
    const page = host() === "page";
    used.textContent = page ? layerText(map) : options; // a page's title holds the options
    used.title = used.textContent;
    used.hidden = used.textContent === "" || (taken && !page);
    heading.hidden = !page;
    method.element.hidden = remove.hidden = page;
    where.element.hidden = page || !taken;
    for (const control of [method.element, where.element, remove]) control.disabled = host() === "gone";
  };
  return { elements: [top, below], update, focus: () => remove.focus() };
}

export function requestTitle(offered: readonly Offered[], [name, options]: MethodRequest): string {
  return [titleOf(offered, name), options].filter(Boolean).join(", ");
}

function titleOf(offered: readonly Offered[], name: string): string {
  return offered.find(([known]) => known === name)?.[1] ?? name;
}

/** Available methods first. */
export function methodOptions(offered: readonly Offered[]): Option[] {
  const options = offered.map(([name, title, , reason]): Option => [name, title, reason]);
  return [...options.filter(([, , reason]) => !reason), ...options.filter(([, , reason]) => reason)];
}

function layerText(map: MapRecord | null): string {
  return map?.layerUsed ? `layer ${map.layerUsed}` : "";
}

function layerOptions(layers: string[], options: string, map: MapRecord | null): Option[] {
  const defaultText = options === "" && map?.layerUsed ? `last layer (${map.layerUsed})` : "last layer";
  return [["", defaultText], ...layers.map((known): Option => [known, known])];
}

/** List the current choice even if it is no option. */
function withCurrent(options: Option[], value: string, text: string): Option[] {
  return options.some(([known]) => known === value) ? options : [[value, text], ...options];
}

function takesLayer(offered: readonly Offered[], name: string): boolean {
  return offered.some(([known, , takes]) => known === name && takes);
}
