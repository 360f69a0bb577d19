import { beforeEach, describe, expect, test, vi } from "vitest";
import { setsControl } from "../../src/evidence/sets_control";
import type { Choose } from "../../src/grid/selector";
import type { MinimalSets, SetKind, SmallestSet, Traits } from "../../src/model/explorer_protocol";
import type { Cell, Host } from "../../src/model/widget_model";
import { buttonOf, HTML, visibleTexts } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: ReturnType<typeof setsControl>;
let host: Host;
const choose = vi.fn<Choose>();

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  choose.mockReset();
});

function setOf(kind: SetKind, cells: Cell[], sentence = `${kind} ${cells.length}`): SmallestSet {
  const receipt = `Receipt of ${sentence}.`;
  const numbers = { baseline: 0.75, alone: 0.6, hidden: 0.1, calls: 9, irreducible: true, held: {} };
  return { kind, cells, label: "dog", becomes: "cat", ...numbers, sentence, receipt };
}

const ENOUGH = [setOf("enough", [[0, 0]]), setOf("enough", [[1, 1], [1, 2]])];
const NEEDED = [setOf("needed", [[0, 0], [0, 1]])];
const FOUND: MinimalSets = { target: 1, enough: ENOUGH, needed: NEEDED };

function show(minimal_sets: MinimalSets = {}, changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ minimal_sets, ...changes }));
  view = setsControl(model, controller.signal, () => host, choose, [document.createElement("button")]);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

const button = (text: string) => buttonOf(view.element, text);
const said = () => visibleTexts(view.element, "p");
const pressed = () => ["Enough", "Needed"].filter((text) => button(text).getAttribute("aria-pressed") === "true");

describe("the buttons", () => {
  test("ask the kernel for a set, and say what they ask for", () => {
    show();
    button("Enough").click();
    button("Needed").click();
    expect(model.sent).toEqual([
      { type: "smallest_set", kind: "enough", next: false },
      { type: "smallest_set", kind: "needed", next: false },
    ]);
    expect(choose).not.toHaveBeenCalled();
    for (const text of ["Enough", "Needed"]) expect(button(text).title).toMatch(/^The fewest .* the answer/);
    expect(button("Another").hidden).toBe(true);
  });

  test("wait while a set is searched, and how far that is is told", () => {
    show({ searching: "needed", asked: 12, most: 300 });
    expect(["Enough", "Needed"].map((text) => button(text).disabled)).toEqual([true, true]);
    expect(said()).toEqual(["Looking for what is needed … 12 of at most 300 questions"]);
    receive({ minimal_sets: FOUND });
    expect(["Enough", "Needed"].map((text) => button(text).disabled)).toEqual([false, false]);
    expect(said()).toEqual([]);
  });

  test("are not there for values, which have no answer to keep, but what stands beside them is", () => {
    show({}, { quantity: { name: "value", unit: "years" } });
    const shown = [...view.element.querySelectorAll("button")].filter((node) => !node.hidden);
    expect(shown.map((node) => node.textContent)).toEqual([""]);
  });

  test("ask nothing after the end", () => {
    show();
    controller.abort();
    button("Enough").click();
    expect(model.sent).toEqual([]);
  });
});

describe("a set that is selected", () => {
  test("is marked, with what it does and its receipt", () => {
    show(FOUND, { value: [[1, 2], [1, 1]], keep: true });
    expect(pressed()).toEqual(["Enough"]);
    expect(said()).toEqual(["enough 2", "Receipt of enough 2."]);
  });

  test("is what it is for only as it was asked about: kept, or hidden", () => {
    show(FOUND, { value: [[0, 0]] });
    expect([pressed(), said()]).toEqual([[], []]);
    receive({ keep: true });
    expect(pressed()).toEqual(["Enough"]);
    receive({ value: [[0, 0], [0, 1]] });
    expect(pressed()).toEqual([]);
    receive({ keep: false });
    expect([pressed(), said()]).toEqual([["Needed"], ["needed 2", "Receipt of needed 2."]]);
  });

  test("leads to another, where there may be one", () => {
    show({ ...FOUND, more: { enough: false, needed: true } }, { value: [[0, 0], [0, 1]] });
    expect(button("Another").hidden).toBe(false);
    button("Another").click();
    expect(model.sent).toEqual([{ type: "smallest_set", kind: "needed", next: true }]);
    receive({ minimal_sets: { ...FOUND, more: { enough: false, needed: false } } });
    expect(button("Another").hidden).toBe(true);
    receive({ value: [[0, 0]], keep: true });
    expect(button("Another").hidden).toBe(false);
    receive({ minimal_sets: { ...FOUND, searching: "enough" } });
    expect(button("Another").disabled).toBe(true);
  });

  test("is told as text, with what all of them say", () => {
    const set = { ...setOf("enough", [[0, 0]], HTML), receipt: HTML };
    show({ enough: [set], sentence: HTML, notes: [HTML] }, { value: [[0, 0]], keep: true });
    expect(said()).toEqual([HTML, HTML, `${HTML} ${HTML}`]);
    expect(view.element.querySelector("img")).toBeNull();
  });
});

describe.each(["page", "gone"] as const)("without a kernel (“%s”)", (without) => {
  beforeEach(() => {
    host = without;
  });

  test("the sets that were found can be selected, one after the other", () => {
    choose.mockImplementation((value, keep) => receive({ value, keep }));
    show(FOUND);
    button("Enough").click();
    button("Another").click();
    button("Another").click();
    button("Needed").click();
    expect(choose.mock.calls).toEqual([
      [ENOUGH[0]!.cells, true],
      [ENOUGH[1]!.cells, true],
      [ENOUGH[0]!.cells, true],
      [NEEDED[0]!.cells, false],
    ]);
    expect(button("Another").hidden).toBe(true);
    expect(model.sent).toEqual([]);
  });

  test("nobody searches any more", () => {
    show({ ...FOUND, searching: "needed", asked: 12, most: 300 }, { value: [[0, 0]], keep: true });
    expect(said()).toEqual(["enough 1", "Receipt of enough 1."]);
    expect(button("Another").disabled).toBe(false);
  });

  test("others cannot be asked for", () => {
    show({ needed: NEEDED, more: { enough: true, needed: true } });
    expect(["Enough", "Needed"].map((text) => button(text).disabled)).toEqual([true, false]);
  });
});
