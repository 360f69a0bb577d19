import { beforeEach, describe, expect, test, vi } from "vitest";
import { selectionActions, type Actions } from "../../src/evidence/selection_actions";
import type { Choose } from "../../src/grid/selector";
import type { Traits } from "../../src/model/explorer_protocol";
import { buttonOf, isOff } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

const TWO: Traits["value"] = [[0, 0], [1, 2]];

let controller: AbortController;
let model: StrictModel;
let view: Actions;
let undoable: boolean;
const choose = vi.fn<Choose>();
const undo = vi.fn();

beforeEach(() => {
  controller = new AbortController();
  undoable = false;
  choose.mockReset();
  undo.mockReset();
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = selectionActions(model, controller.signal, choose, undo, () => undoable);
  view.update();
}

const button = (text: string) => buttonOf(view.element, text);
const disabled = () => [...view.element.querySelectorAll("button")].map(isOff);

describe("with nothing selected", () => {
  test("nothing is offered", () => {
    show();
    expect(view.element.hidden).toBe(true);
  });

  test("only undo is offered, where there is something to undo", () => {
    undoable = true;
    show();
    expect(view.element.hidden).toBe(false);
    expect(disabled()).toEqual([true, true, false]);
    button("Undo").click();
    expect(undo).toHaveBeenCalledOnce();
  });

  test("what is not offered does nothing when it is pressed", () => {
    undoable = true;
    show();
    button("Keep only these").click();
    button("Clear").click();
    expect(choose).not.toHaveBeenCalled();
  });

  test("the focus stays where it was until it goes elsewhere", () => {
    undoable = true;
    show();
    document.body.append(view.element);
    button("Undo").focus();
    undoable = false;
    view.update();
    expect(view.element.hidden).toBe(false);
    expect(document.activeElement).toBe(button("Undo"));
    button("Undo").blur();
    view.update();
    expect(view.element.hidden).toBe(true);
    view.element.remove();
  });

  test("nothing is said to be kept", () => {
    show({ keep: true });
    expect(button("Keep only these").getAttribute("aria-pressed")).toBe("false");
  });
});

describe("a selection", () => {
  test("is kept, and hidden again", () => {
    show({ value: TWO });
    expect(button("Keep only these").getAttribute("aria-pressed")).toBe("false");
    button("Keep only these").click();
    expect(choose.mock.calls).toEqual([[TWO, true]]);
    model.receive({ keep: true });
    view.update();
    expect(button("Keep only these").getAttribute("aria-pressed")).toBe("true");
    button("Keep only these").click();
    expect(choose.mock.lastCall).toEqual([TWO, false]);
  });

  test("is cleared, and what was kept with it", () => {
    show({ value: TWO, keep: true });
    button("Clear").click();
    expect(choose.mock.calls).toEqual([[[], false]]);
  });

  test("can be undone only where there is something to go back to", () => {
    show({ value: TWO });
    expect(disabled()).toEqual([false, false, true]);
    undoable = true;
    view.update();
    expect(disabled()).toEqual([false, false, false]);
  });
});

test("the buttons stay the same, so that one that is focused stays so", () => {
  show({ value: TWO });
  document.body.replaceChildren(view.element);
  button("Keep only these").focus();
  const before = button("Keep only these");
  model.receive({ keep: true, value: [[0, 1]], status: "done" });
  view.update();
  expect(document.activeElement).toBe(before);
});

test("nothing is chosen after the end", () => {
  undoable = true;
  show({ value: TWO });
  controller.abort();
  for (const text of ["Keep only these", "Clear", "Undo"]) button(text).click();
  expect(choose).not.toHaveBeenCalled();
  expect(undo).not.toHaveBeenCalled();
});
