import { beforeEach, describe, expect, test, vi } from "vitest";
import { certaintyControl, type CertaintyControl } from "../../src/evidence/certainty_control";
import type { Traits } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { HTML } from "../support/elements";
import { certainty, StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: CertaintyControl;
let host: Host;
const changed = vi.fn<() => void>();

const ESTIMATE = { certainty_estimate: { calls: 448, seconds: 12.4, text: "448 questions" } };
const ASKED = [{ type: "certainty" }];

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  changed.mockReset();
  changed.mockImplementation(() => view.update());
});

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits({ status: "done", ...changes }));
  view = certaintyControl(model, controller.signal, () => host, changed);
  view.update();
}

function receive(changes: Partial<Traits>): void {
  model.receive(changes);
  view.update();
}

const press = () => view.button.click();
/** Whether the button is pressed, and what is said; null if nothing. */
const state = () => [view.button.ariaPressed, view.element.hidden ? null : view.element.textContent];

describe("the button", () => {
  test("says what it asks, and what that takes", () => {
    show(ESTIMATE);
    expect(view.button.textContent).toBe("How sure?");
    expect(view.button.title).toBe("448 questions");
    expect([view.button.disabled, ...state()]).toEqual([false, "false", null]);
  });

  test("asks the kernel, waits, and shows what is found as it comes", () => {
    show(ESTIMATE);
    press();
    expect(model.sent).toEqual(ASKED);
    expect([view.on(), ...state()]).toEqual([false, "true", "Asking …"]);
    receive({ certainty: certainty({ sentence: "So far 1 is sure.", running: true }) });
    expect([view.on(), ...state()]).toEqual([true, "true", "So far 1 is sure."]);
    receive({ certainty: certainty() });
    expect(state()).toEqual(["true", "2 of 6 cells are sure."]);
    expect(model.sent).toEqual(ASKED);
  });

  test("takes what is shown away, and shows it again without a question", () => {
    show({ certainty: certainty(), certainty_estimate: { calls: 0, seconds: 0, text: "0 questions" } });
    expect([view.on(), ...state()]).toEqual([false, "false", null]);
    press();
    expect(view.on()).toBe(true);
    press();
    expect([view.on(), ...state()]).toEqual([false, "false", null]);
    expect(changed).toHaveBeenCalledTimes(2);
    expect(model.sent).toEqual([]);
  });

  test("does not ask for what is on its way", () => {
    show({ ...ESTIMATE, certainty: certainty({ running: true }) });
    press();
    expect(model.sent).toEqual([]);
  });

  test("asks for the rest of what was cut short", () => {
    show({ ...ESTIMATE, certainty: certainty({ done: 3 }) });
    press();
    expect(model.sent).toEqual(ASKED);
  });

  test.each([
    ["kernel", {}, true],
    ["kernel", ESTIMATE, false],
    ["gone", ESTIMATE, true],
    ["page", {}, true],
    ["gone", { certainty: certainty() }, false],
    ["page", { certainty: certainty() }, false],
  ] as [Host, Partial<Traits>, boolean][])("with the host “%s” and %j is disabled: %s", (next, changes, disabled) => {
    host = next;
    show(changes);
    expect(view.button.disabled).toBe(disabled);
    press();
    expect(model.sent).toEqual(next === "kernel" && !disabled ? ASKED : []);
    expect(view.on()).toBe(next !== "kernel" && !disabled);
  });

  test("does nothing after the end", () => {
    show(ESTIMATE);
    controller.abort();
    press();
    expect(model.sent).toEqual([]);
    expect(changed).not.toHaveBeenCalled();
  });
});

describe("nothing is waited for", () => {
  test("once another picture or grid has come, of which nothing was asked", () => {
    show({ certainty: certainty(), certainty_estimate: { calls: 0, seconds: 0, text: "0 questions" } });
    press();
    receive({ certainty: {}, ...ESTIMATE });
    expect([view.on(), ...state()]).toEqual([false, "false", null]);
    press();
    expect(model.sent).toEqual(ASKED);
  });

  test("once the model has failed", () => {
    show({ ...ESTIMATE, error: "Something earlier." });
    press();
    expect(state()).toEqual(["true", "Asking …"]);
    receive({ error: "RuntimeError: no" });
    expect(state()).toEqual(["false", null]);
  });

  test("once the kernel is gone", () => {
    show(ESTIMATE);
    press();
    host = "gone";
    view.update();
    expect(state()).toEqual(["false", null]);
  });
});

test("another class's is shown in its place", () => {
  show({ certainty: certainty() });
  press();
  receive({ certainty: certainty({ target: 0, sentence: "0 of 6 cells are sure." }) });
  expect([view.on(), ...state()]).toEqual([true, "true", "0 of 6 cells are sure."]);
});

test("what is found is text", () => {
  show({ certainty: certainty({ sentence: HTML }) });
  press();
  expect(state()).toEqual(["true", HTML]);
  expect(view.element.children).toHaveLength(0);
});
