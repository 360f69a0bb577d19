// The target: a combobox after the ARIA Authoring Practices.

import { listen } from "../dom/listen";
import { attribute, element } from "../dom/element";
import { filled, type Maybe, type ModelOf, type Quantity } from "../model/widget_model";
import { className, classOptions, duplicateLabels, type ClassOption } from "../text/classes";
import { classList, type ClassList } from "./class_list";

interface Asked {
  labels: string[];
  prediction: Maybe<{ target: number; top: [index: number, probability: number][]; contrast?: number | null }>;
  contrast?: number | string | null;
  quantity: Quantity;
  picture: DataView;
  target: number | string | null;
}

type Model = ModelOf<Asked, never>;

export interface TargetControl {
  element: HTMLElement;
  update(): void;
}

/** The first of a contrast's options. */
const ANYTHING: ClassOption = { index: -1, name: "anything else", probability: null };

/** `offered` returns the possible targets; null is all. */
export function targetControl(
  model: Model,
  signal: AbortSignal,
  offered: () => number[] | null = () => null,
  trait: "target" | "contrast" = "target",
): TargetControl {
  const rather = trait === "contrast";
  const id = `gx-${Math.random().toString(36).slice(2)}`;
  const root = element("div", "gx-field gx-why");
  const input = comboboxInput(id);
  const choose = (option: ClassOption) => {
    if (rather || option.index === filled(model.get("prediction"))?.contrast) model.set("contrast", null);
    if (option.index >= 0) model.set(trait, option.index);
    model.save_changes();
    leave();
  };
  const activated = (optionId: string) => attribute(input, "aria-activedescendant", optionId);
  const list = classList(id, choose, activated, signal);
  const { popup } = list;
  attribute(input, "aria-controls", list.listbox.id);
  const again = askAgain(model, signal);
  root.append(labelOf(input, rather ? "rather than" : "Why"), input, popup);
  if (!rather) root.append(again.element);

  const chosen = () => (rather ? contrastOf(model) : targetOf(model));
  const expand = (open: boolean) => {
    popup.hidden = !open;
    attribute(input, "aria-expanded", String(open));
  };
  const open = (query = "") => {
    const top = filled(model.get("prediction"))?.top ?? [];
    expand(true);
    place(root, popup);
    const options = classOptions(model.get("labels"), top, offered());
    const others = [ANYTHING, ...options.filter(({ index }) => index !== targetOf(model))];
    list.show(rather ? others : options, query, chosen(), model.get("quantity"));
  };
  const close = () => {
    expand(false);
    activated("");
    update();
  };
  // So that typing replaces the name.
  const begin = () => {
    if (!popup.hidden) return;
    input.select();
    open();
  };
  const leave = () => {
    close();
    input.select();
  };
  listen(input, "focus", begin, signal);
  listen(input, "click", begin, signal);
  listen(input, "input", () => open(input.value), signal);
  listen(input, "blur", close, signal);
  listenToKeys(input, list, { begin, leave, choose }, signal);

  const update = () => {
    again.update();
    const target = chosen();
    input.disabled = targetOf(model) === null || offered()?.length === 0;
    if (!popup.hidden) return;
    const text = target === null ? "…" : target < 0 ? ANYTHING.name : nameOf(model, target);
    if (input.value !== text) input.value = text;
  };
  expand(false);
  return { element: root, update };
}

/** Offers the class that was asked about before the picture changed. */
function askAgain(model: Model, signal: AbortSignal) {
  const button = element("button", "gx-button gx-small gx-again");
  let picture = model.get("picture");
  let [asked, before] = [model.get("target"), null as ReturnType<typeof model.get<"target">>];
  listen(button, "click", () => {
    model.set("target", before);
    model.save_changes();
  }, signal);
  const update = () => {
    if (model.get("picture") !== picture) before = asked;
    [picture, asked] = [model.get("picture"), model.get("target") ?? asked];
    const name = typeof before === "number" ? nameOf(model, before) : before;
    button.hidden = name === null || model.get("target") !== null || targetOf(model) === before;
    if (name !== null) button.textContent = `Why ${name}, as before?`;
  };
  return { element: button, update };
}

function nameOf(model: Model, index: number): string {
  const labels = model.get("labels");
  return className(labels, duplicateLabels(labels), index);
}

/** The requested class, even before the answer; else the map's class. */
function targetOf(model: Model): number | null {
  const target = model.get("target");
  if (typeof target === "number" && target in model.get("labels")) return target;
  return filled(model.get("prediction"))?.target ?? null;
}

/** As for the target; −1 for none. */
function contrastOf(model: Model): number {
  const contrast = model.get("contrast");
  return (typeof contrast === "string" ? filled(model.get("prediction"))?.contrast : contrast) ?? -1;
}

interface Actions {
  begin(): void;
  leave(): void;
  choose(option: ClassOption): void;
}

function listenToKeys(
  input: HTMLInputElement,
  list: ClassList,
  { begin, leave, choose }: Actions,
  signal: AbortSignal,
) {
  const closed: Record<string, () => void> = { ArrowDown: begin, ArrowUp: begin };
  const opened: Record<string, () => void> = {
    ArrowDown: () => list.step(1),
    ArrowUp: () => list.step(-1),
    Home: list.first,
    End: list.last,
    Enter: () => {
      const option = list.active();
      if (option) choose(option);
    },
    Escape: leave,
  };
  const pressed = (event: KeyboardEvent) => {
    const act = (list.popup.hidden ? closed : opened)[event.key];
    const marksText = event.shiftKey || event.ctrlKey || event.metaKey || event.isComposing;
    if (!act || marksText) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  listen(input, "keydown", pressed, signal);
}

function comboboxInput(id: string): HTMLInputElement {
  const input = element("input", "gx-combobox");
  input.id = id;
  input.type = "text";
  input.autocomplete = "off";
  input.spellcheck = false;
  attribute(input, "role", "combobox");
  attribute(input, "aria-autocomplete", "list");
  return input;
}

function labelOf(input: HTMLInputElement, text: string): HTMLElement {
  const label = element("label", "gx-field-name", text);
  label.htmlFor = input.id;
  return label;
}

/** Keep the popup inside the widget, where no notebook clips it. */
function place(root: HTMLElement, popup: HTMLElement) {
  const field = root.getBoundingClientRect();
  const widget = (root.closest(".gx-root") ?? root).getBoundingClientRect();
  const width = Math.min(Math.max(320, field.width), widget.width - 16);
  const height = Math.min(280, Math.max(120, widget.bottom - field.bottom - 8));
  popup.style.width = `${width}px`;
  popup.style.left = `${Math.min(0, widget.right - 8 - width - field.left)}px`;
  popup.style.setProperty("--gx-popup-height", `${height}px`);
}
