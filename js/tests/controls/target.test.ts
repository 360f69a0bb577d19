import { beforeEach, describe, expect, test, vi } from "vitest";
import { targetControl, type TargetControl } from "../../src/controls/target";
import type { Traits } from "../../src/model/explorer_protocol";
import { bytesOf } from "../support/bytes";
import { find, HTML, texts } from "../support/elements";
import { pressKey } from "../support/events";
import { progress, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: TargetControl;

beforeEach(() => {
  controller = new AbortController();
  return () => controller.abort();
});

function show(changes: Partial<Traits> = {}, offered?: () => number[] | null, trait?: "contrast"): void {
  model = new StrictModel(traits(changes));
  view = targetControl(model, controller.signal, offered, trait);
  document.body.replaceChildren(view.element);
  view.update();
}

const input = () => find<HTMLInputElement>(view.element, "input");
const popup = () => find(view.element, ".gx-popup");
const names = () => texts(view.element, ".gx-option-name");
const options = () => [...view.element.querySelectorAll<HTMLElement>("[role=option]")];
/** What the last line says that cannot be chosen. */
const more = () => (find(view.element, ".gx-more").hidden ? "" : find(view.element, ".gx-more").textContent);
/** The option that Enter would take. */
const active = () => {
  const chosen = options().filter((option) => option.getAttribute("aria-selected") === "true");
  const [one] = chosen;
  expect(chosen.length).toBeLessThan(2);
  expect(input().getAttribute("aria-activedescendant")).toBe(one?.id ?? "");
  return one ? find(one, ".gx-option-name").textContent : null;
};

function type(text: string): void {
  input().value = text;
  input().dispatchEvent(new Event("input"));
}

const press = (key: string, more: KeyboardEventInit = {}) => pressKey(input(), key, more);

const isOpen = () => {
  expect(input().getAttribute("aria-expanded")).toBe(String(!popup().hidden));
  return !popup().hidden;
};

describe("the field", () => {
  test("is labelled “Why” and shows the predicted class where none is asked for", () => {
    show({ target: null });
    expect(input().labels?.[0]?.textContent).toBe("Why");
    expect(input().value).toBe("dog");
    expect(isOpen()).toBe(false);
  });

  test("shows the class asked about", () => {
    show({ target: 2 });
    expect(input().value).toBe("fox");
  });

  test("shows what the kernel made of a name", () => {
    show({ target: "dog" });
    expect(input().value).toBe("dog");
  });

  test("tells classes apart that have one label", () => {
    show({ labels: ["crane", "crane", "fox", "owl"] });
    expect(input().value).toBe("crane (1)");
  });

  test("waits for a prediction", () => {
    show({ prediction: {} });
    expect([input().value, input().disabled]).toEqual(["…", true]);
    model.receive({ prediction: traits().prediction });
    view.update();
    expect([input().value, input().disabled]).toEqual(["dog", false]);
  });

  test("is disabled while nothing can be asked", () => {
    let offered: number[] | null = null;
    show({}, () => offered);
    expect(input().disabled).toBe(false);
    offered = [];
    view.update();
    expect(input().disabled).toBe(true);
  });

  test("is a combobox that names its list", () => {
    show();
    expect(input().getAttribute("role")).toBe("combobox");
    expect(input().getAttribute("aria-autocomplete")).toBe("list");
    const list = find(view.element, "[role=listbox]");
    expect(list.id).not.toBe("");
    expect(input().getAttribute("aria-controls")).toBe(list.id);
  });

  test("has a list that Tab does not stop at", () => {
    show();
    expect(find(view.element, "[role=listbox]").tabIndex).toBe(-1);
  });

  test("shares no id with another", () => {
    show();
    const first = [...view.element.querySelectorAll("[id]")].map(({ id }) => id);
    show();
    const second = [...view.element.querySelectorAll("[id]")].map(({ id }) => id);
    expect(new Set([...first, ...second]).size).toBe(first.length + second.length);
  });
});

describe("the list", () => {
  test("opens with the focus: the most probable with their probabilities, then all others", () => {
    show();
    input().focus();
    expect(isOpen()).toBe(true);
    expect(options().map((option) => option.textContent)).toEqual(["dog75.0%", "cat20.0%", "owl4.0%", "fox"]);
    expect(active()).toBe("dog");
    expect(find(view.element, ".gx-current").textContent).toBe("dog75.0%");
  });

  test("opens with a click where the focus is there already", () => {
    show();
    input().focus();
    press("Escape");
    input().click();
    expect(isOpen()).toBe(true);
  });

  test("is narrowed by typing, and its first line is taken by Enter", () => {
    show();
    input().focus();
    type("O");
    expect(names()).toEqual(["dog", "owl", "fox"]);
    type("ow");
    expect([names(), active()]).toEqual([["owl"], "owl"]);
    press("Enter");
    expect(model.saved).toEqual([{ target: 3 }]);
  });

  test("says that nothing was found", () => {
    show();
    type("zebra");
    expect([names(), active(), more()]).toEqual([[], null, "No class name contains this."]);
    press("Enter");
    expect(model.saved).toEqual([]);
  });

  test("holds a hundred classes and says how many more there are", () => {
    show({ labels: Array.from({ length: 1000 }, (_, i) => `class ${i}`) });
    input().focus();
    expect([options().length, more()]).toEqual([100, "… 900 more: type to narrow"]);
    press("End");
    expect(active()).toBe("class 99");
    type("class 9");
    expect([options().length, more()]).toEqual([100, "… 11 more: type to narrow"]);
    type("class 99");
    expect([options().length, more()]).toEqual([11, ""]);
  });

  test("holds only classes that are offered", () => {
    show({}, () => [0, 1]);
    input().focus();
    expect(names()).toEqual(["dog", "cat"]);
  });

  test("shows HTML as text", () => {
    show({ labels: [HTML, HTML, "fox", "owl"] });
    input().focus();
    expect(names()).toEqual([`${HTML} (1)`, `${HTML} (0)`, "owl", "fox"]);
    expect(view.element.querySelector("img")).toBeNull();
  });

  test("is not rebuilt by progress, nor the text that is typed", () => {
    show();
    input().focus();
    type("o");
    const before = options();
    model.receive({ progress: progress(6, 6) });
    view.update();
    expect(options().every((option, i) => option === before[i])).toBe(true);
    expect(input().value).toBe("o");
  });

  test("closes and forgets what was typed when the focus leaves", () => {
    show();
    input().focus();
    type("ow");
    input().blur();
    expect([isOpen(), input().value]).toEqual([false, "dog"]);
    expect(model.saved).toEqual([]);
  });
});

describe("the pointer", () => {
  test("chooses a class, which is sent as its index and shown at once", () => {
    show();
    input().focus();
    find(options()[3]!, "span").click();
    expect(model.saved).toEqual([{ target: 2 }]);
    expect([isOpen(), input().value]).toEqual([false, "fox"]);
  });

  test("does not take the focus away", () => {
    show();
    input().focus();
    const down = new MouseEvent("mousedown", { bubbles: true, cancelable: true });
    options()[0]!.dispatchEvent(down);
    expect(down.defaultPrevented).toBe(true);
  });

  test("chooses nothing beside the options", () => {
    show({ labels: Array.from({ length: 200 }, (_, i) => `class ${i}`) });
    input().focus();
    find(view.element, ".gx-more").click();
    find(view.element, "ul").click();
    expect([isOpen(), model.saved]).toEqual([true, []]);
  });
});

describe("the keyboard", () => {
  beforeEach(() => {
    show();
    input().focus();
  });

  test("moves through the list and round its ends", () => {
    const visited = ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"];
    expect(visited.map((key) => (press(key), active()))).toEqual([
      "cat",
      "owl",
      "fox",
      "dog",
      "fox",
      "owl",
    ]);
  });

  test("moves to the first and the last", () => {
    expect(["End", "Home"].map((key) => (press(key), active()))).toEqual(["fox", "dog"]);
  });

  test("finds nothing to move to in an empty list", () => {
    type("zebra");
    for (const key of ["ArrowDown", "ArrowUp", "Home", "End"]) press(key);
    expect(active()).toBeNull();
  });

  test("chooses with Enter", () => {
    press("ArrowDown");
    press("Enter");
    expect(model.saved).toEqual([{ target: 0 }]);
    expect([isOpen(), input().value]).toEqual([false, "cat"]);
  });

  test("closes with Escape, opens with an arrow at the class asked about", () => {
    press("ArrowDown");
    type("ow");
    press("Escape");
    expect([isOpen(), input().value, model.saved]).toEqual([false, "dog", []]);
    press("ArrowDown");
    expect([isOpen(), active(), names().length]).toEqual([true, "dog", 4]);
  });

  test("replaces the name by what is typed, at first and after a choice", () => {
    const marked = () => input().value.slice(input().selectionStart!, input().selectionEnd!);
    expect(marked()).toBe("dog");
    press("ArrowDown");
    press("Enter");
    expect(marked()).toBe("cat");
    type("ow");
    press("Escape");
    expect(marked()).toBe("cat");
  });

  test("keeps the keys it takes from the page", () => {
    const heard = vi.fn();
    document.body.addEventListener("keydown", heard, { signal: controller.signal });
    for (const key of ["ArrowDown", "ArrowUp", "Home", "End", "Enter"]) {
      expect(press(key).defaultPrevented).toBe(true);
    }
    expect(heard).not.toHaveBeenCalled();
  });

  test("leaves the keys that mark text, and those of a closed list", () => {
    expect(press("Home", { shiftKey: true }).defaultPrevented).toBe(false);
    expect(press("Enter", { isComposing: true }).defaultPrevented).toBe(false);
    press("Escape");
    for (const key of ["Escape", "Enter", "Home", "End", "x"]) {
      expect(press(key).defaultPrevented).toBe(false);
    }
    expect(model.saved).toEqual([]);
  });
});

describe("a new picture asks about its own answer, and", () => {
  const again = () => find<HTMLButtonElement>(view.element, ".gx-again");
  const answer = (target: number) => ({ ...traits().prediction, target }) as Traits["prediction"];

  function receive(changes: Partial<Traits>): void {
    model.receive(changes);
    view.update();
  }

  /** The kernel's messages: the picture, then what the model says of it. */
  function newPicture(target: number): void {
    receive({ picture: bytesOf(9), prediction: {}, target: null });
    receive({ prediction: answer(target) });
  }

  test("offers nothing where nothing was asked about", () => {
    show({ target: null });
    expect(again().hidden).toBe(true);
    newPicture(0);
    expect(again().hidden).toBe(true);
  });

  test("offers the class that was asked about before, which a click asks about again", () => {
    show({ target: 2, prediction: answer(2) });
    expect(again().hidden).toBe(true);
    newPicture(0);
    expect([again().hidden, again().textContent]).toEqual([false, "Why fox, as before?"]);
    again().click();
    expect(model.saved).toEqual([{ target: 2 }]);
    view.update();
    expect(again().hidden).toBe(true);
  });

  test("offers a class that was asked about by its name", () => {
    show({ target: "fox", prediction: answer(2) });
    newPicture(0);
    expect(again().textContent).toBe("Why fox, as before?");
    again().click();
    expect(model.saved).toEqual([{ target: "fox" }]);
  });

  test("tells classes apart that have one label", () => {
    show({ target: 1, labels: ["crane", "crane", "fox", "owl"] });
    newPicture(0);
    expect(again().textContent).toBe("Why crane (1), as before?");
  });

  test("does not offer the answer itself", () => {
    show({ target: 2, prediction: answer(2) });
    newPicture(2);
    expect(again().hidden).toBe(true);
  });

  test("offers it until another is asked about, and that after the next picture", () => {
    show({ target: 2, prediction: answer(2) });
    newPicture(0);
    receive({ target: 3, prediction: answer(3) });
    expect(again().hidden).toBe(true);
    newPicture(0);
    expect(again().textContent).toBe("Why owl, as before?");
  });

  test("offers it after the next picture, too", () => {
    show({ target: 2, prediction: answer(2) });
    newPicture(0);
    newPicture(1);
    expect(again().textContent).toBe("Why fox, as before?");
  });

  test("names it as text", () => {
    show({ target: 2, labels: ["cat", "dog", HTML, "owl"], prediction: answer(2) });
    newPicture(0);
    expect(again().textContent).toBe(`Why ${HTML}, as before?`);
    expect(view.element.querySelector("img")).toBeNull();
  });
});

test("after the end nothing opens and nothing is sent", () => {
  show();
  controller.abort();
  input().focus();
  type("ow");
  press("ArrowDown");
  press("Enter");
  expect(isOpen()).toBe(false);
  expect(model.saved).toEqual([]);
});

describe("the popup stays within the widget", () => {
  const boxed = (field: DOMRect, widget: DOMRect) => {
    show();
    const root = document.createElement("div");
    root.className = "gx-root";
    root.append(view.element);
    document.body.replaceChildren(root);
    vi.spyOn(root, "getBoundingClientRect").mockReturnValue(widget);
    vi.spyOn(view.element, "getBoundingClientRect").mockReturnValue(field);
    input().focus();
    const { left, width } = popup().style;
    return [left, width, popup().style.getPropertyValue("--gx-popup-height")];
  };

  test("on a phone, beginning left of its field if it must", () => {
    const place = boxed(new DOMRect(195, 60, 172, 45), new DOMRect(0, 0, 375, 600));
    expect(place).toEqual(["-148px", "320px", "280px"]); // from 47 to 367
  });

  test("where it is narrower than the list would like", () => {
    const place = boxed(new DOMRect(8, 60, 135, 45), new DOMRect(0, 0, 300, 600));
    expect(place).toEqual(["0px", "284px", "280px"]);
  });

  test("where it is low", () => {
    const [, , height] = boxed(new DOMRect(8, 60, 135, 45), new DOMRect(0, 0, 800, 300));
    expect(height).toBe("187px"); // to 8 above its end
  });
});

describe("what the target is held against", () => {
  const against = (changes: Partial<Traits> = {}) => show(changes, undefined, "contrast");
  const held = (contrast: number | null) => ({ ...traits().prediction, contrast }) as Traits["prediction"];

  test("is anything else, unless a class is asked for", () => {
    against();
    expect(input().labels?.[0]?.textContent).toBe("rather than");
    expect(input().value).toBe("anything else");
    model.receive({ contrast: 2 });
    view.update();
    expect(input().value).toBe("fox");
  });

  test("is what the kernel makes of a name", () => {
    against({ contrast: "owl" });
    expect(input().value).toBe("anything else");
    model.receive({ prediction: held(3) });
    view.update();
    expect(input().value).toBe("owl");
  });

  test("is chosen among all classes but the target", () => {
    against();
    input().focus();
    expect([names(), active()]).toEqual([["anything else", "cat", "owl", "fox"], "anything else"]);
    type("o");
    press("Enter");
    expect(model.saved).toEqual([{ contrast: 3 }]);
  });

  test("is anything else again where that is chosen", () => {
    against({ contrast: 2, prediction: held(2) });
    input().focus();
    expect(active()).toBe("fox");
    press("Home");
    press("Enter");
    expect(model.saved).toEqual([{ contrast: null }]);
  });

  test("waits for a prediction, and asks nothing again", () => {
    against({ prediction: {} });
    expect(input().disabled).toBe(true);
    expect(view.element.querySelector(".gx-again")).toBeNull();
  });

  test("ends where it becomes the target", () => {
    show({ contrast: 2, prediction: held(2) });
    input().focus();
    type("fox");
    press("Enter");
    expect(model.saved).toEqual([{ contrast: null, target: 2 }]);
  });
});
