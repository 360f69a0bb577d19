import { beforeEach, describe, expect, test } from "vitest";
import { modelCheck } from "../../src/controls/model_check";
import type { Check, Traits } from "../../src/model/explorer_protocol";
import { scoresOf } from "../support/bytes";
import { find, HTML, texts } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

const FINE: Check = {
  verdict: "ok",
  summary: "Technical check on one picture: nothing wrong was found.",
  checks: [["Outputs", "ok", "Probabilities: every row sums to 1.", ""]],
};

const WRONG: Check = {
  verdict: "wrong",
  summary: 'Technical check: “sock” with 12%. Say preprocess="0..1".',
  checks: [
    ["Outputs", "ok", "Probabilities: every row sums to 1.", ""],
    ["Input range", "wrong", "As they are handed over now, “sock” with 12%.", 'Say preprocess="0..1".'],
    ["Size", "warning", "The picture was made 31 times smaller.", "Cut out what matters."],
    ["Labels", "unknown", "No labels were given.", ""],
  ],
};

let model: StrictModel;
let view: ReturnType<typeof modelCheck>;
let root: HTMLDetailsElement;

beforeEach(() => show());

function show(check: Check | Record<string, never> = {}): void {
  model = new StrictModel(traits({ check }));
  view = modelCheck(model);
  root = view.element as HTMLDetailsElement;
  document.body.replaceChildren(root);
  view.update();
}

function receive(check: Check | Record<string, never>): void {
  model.receive({ check });
  view.update();
}

/** What is read out: all but what is hidden from those who do not see it. */
function spoken(selector: string): string | null {
  const copy = find(root, selector).cloneNode(true) as HTMLElement;
  for (const node of copy.querySelectorAll("[aria-hidden=true]")) node.remove();
  return copy.textContent;
}

/** The summary as it is seen. */
function seen(): (string | undefined)[] {
  const text = find(root, "summary .gx-check-text");
  return [find(root, "summary .gx-check-mark").textContent!, text.lastChild!.textContent!];
}

describe("before the model is checked", () => {
  test("nothing is shown", () => {
    expect(root.hidden).toBe(true);
  });

  test("nothing is shown either of what another check found", () => {
    receive(WRONG);
    expect(root.hidden).toBe(false);
    receive({});
    expect(root.hidden).toBe(true);
  });
});

describe("the summary", () => {
  test("is what a closed <details> shows", () => {
    show(FINE);
    expect(root.tagName).toBe("DETAILS");
    expect(root.open).toBe(false);
    expect([...root.children].map((node) => node.tagName)).toEqual(["SUMMARY", "UL"]);
  });

  test.each([
    ["ok", "✓", ""],
    ["unknown", "?", ""],
    ["warning", "!", "Warning: "],
    ["wrong", "✕", "Wrong: "],
  ] as const)("of the verdict “%s” is marked “%s” and read out after “%s”", (verdict, mark, word) => {
    show({ ...FINE, verdict, summary: "One sentence." });
    expect(seen()).toEqual([mark, "One sentence."]);
    expect(spoken("summary")).toBe(`${word}One sentence.`);
    expect(find(root, "summary .gx-check-mark").dataset["verdict"]).toBe(verdict);
    expect(root.dataset["verdict"]).toBe(verdict);
  });

  test("has its word for those alone who do not see the mark", () => {
    show(WRONG);
    expect(texts(root, "summary .gx-sr")).toEqual(["Wrong: "]);
  });

  test("keeps JupyterLab's one-key shortcuts out, and nothing else takes the focus", () => {
    show(WRONG);
    const marked = [...root.querySelectorAll("[data-lm-suppress-shortcuts=true]")];
    expect(marked.map((node) => node.tagName)).toEqual(["SUMMARY"]);
    expect(root.querySelectorAll("button, a, input, [tabindex]")).toHaveLength(0);
  });
});

describe("the checks", () => {
  test("are listed in order with their marks, verdicts in words, and what was seen", () => {
    show(WRONG);
    expect(texts(root, "li .gx-check-mark")).toEqual(["✓", "✕", "!", "?"]);
    expect(texts(root, "li .gx-check-title")).toEqual([
      "Outputs: ok",
      "Input range: wrong",
      "Size: warning",
      "Labels: unknown",
    ]);
    expect(texts(root, ".gx-check-name")).toEqual(["Outputs", "Input range", "Size", "Labels"]);
    expect(texts(root, ".gx-check-seen")).toEqual(WRONG.checks.map(([, , what]) => what));
  });

  test("have their advice beneath, where there is one", () => {
    show(WRONG);
    const last = [...root.querySelectorAll("li .gx-check-text")].map((node) => node.lastChild!.textContent);
    expect(texts(root, ".gx-check-advice")).toEqual(['Say preprocess="0..1".', "Cut out what matters."]);
    expect(last).toEqual([
      "Probabilities: every row sums to 1.",
      'Say preprocess="0..1".',
      "Cut out what matters.",
      "No labels were given.",
    ]);
  });

  test("have marks that are not read out", () => {
    show(WRONG);
    const marks = [...root.querySelectorAll(".gx-check-mark")];
    expect(marks.map((node) => node.getAttribute("aria-hidden"))).toEqual(Array(5).fill("true"));
  });

  test("and the summary show HTML as text", () => {
    show({ verdict: "wrong", summary: HTML, checks: [[HTML, "wrong", HTML, HTML]] });
    expect(root.querySelector("img")).toBeNull();
    expect(seen()).toEqual(["✕", HTML]);
    expect(texts(root, "li p")).toEqual([`${HTML}: wrong`, HTML, HTML]);
  });
});

describe("an update", () => {
  test("with the same leaves every node alone, so that nothing is read out again", () => {
    show(WRONG);
    const before = [...root.querySelectorAll("*")];
    receive(structuredClone(WRONG));
    const after = [...root.querySelectorAll("*")];
    expect(after.length).toBe(before.length);
    expect(after.every((node, at) => node === before[at])).toBe(true);
  });

  test("is announced by no live region", () => {
    show(WRONG);
    const live = "[aria-live], [role=status], [role=alert], output";
    expect(root.matches(live)).toBe(false);
    expect(root.querySelector(live)).toBeNull();
  });

  test.each([[true], [false]])("leaves it as it is: open is %s", (open) => {
    show(FINE);
    root.open = open;
    receive(WRONG);
    expect(root.open).toBe(open);
    receive({});
    receive(FINE);
    expect(root.open).toBe(open);
  });

  test("with another verdict shows it, and leaves the focus on the summary", () => {
    show(WRONG);
    find(root, "summary").focus();
    receive(FINE);
    expect(document.activeElement).toBe(find(root, "summary"));
    expect(seen()).toEqual(["✓", "Technical check on one picture: nothing wrong was found."]);
    expect(texts(root, "li .gx-check-title")).toEqual(["Outputs: ok"]);
    expect(root.dataset["verdict"]).toBe("ok");
  });
});

describe("a tick", () => {
  const ticks = () => texts(root, "summary .gx-check-mark");
  const doubtful = { value: 0, low: -0.3, high: 0.3, probes: 30, reliable: false, text: "No better than chance." };

  test.each<[string, Partial<Traits>]>([
    ["a warning", { notes: ["Hiding all of it leaves 56 of 58 %."] }],
    ["a map that foretells nothing", { foretells: { alone: doubtful } }],
  ])("never stands beside %s, and comes back once that is gone", (_, changes) => {
    receive(FINE);
    expect(ticks()).toEqual(["✓"]);
    model.receive(changes);
    view.update();
    expect(ticks()).toEqual([]);
    expect(find(root, "summary .gx-check-text").textContent).toBe(FINE.summary);
    model.receive({ notes: [], foretells: {} });
    view.update();
    expect(ticks()).toEqual(["✓"]);
  });

  test("stands beside doubts about a map that is not on the screen", () => {
    receive(FINE);
    model.receive({ together: scoresOf(1, 2, 3, 4, 5, 6), foretells: { shown: "together", alone: doubtful } });
    view.update();
    expect(ticks()).toEqual(["✓"]);
  });

  test("is alone in this: other marks stay", () => {
    receive(WRONG);
    model.receive({ notes: ["One."] });
    view.update();
    expect(ticks()).toEqual(["✕"]);
  });
});
