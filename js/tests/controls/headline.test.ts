import { describe, expect, test } from "vitest";
import { headline } from "../../src/controls/headline";
import type { Foretold, Headline, Traits } from "../../src/model/explorer_protocol";
import { scoresOf } from "../support/bytes";
import { find, HTML, texts } from "../support/elements";
import { progress, StrictModel, traits } from "../support/explorer";

let model: StrictModel;
let view: ReturnType<typeof headline>;

const together = scoresOf(1, 2, 3, 4, 5, 6);

function foretold(text: string, reliable = true): Foretold {
  return { value: 0.5, low: -0.3, high: 0.3, probes: 30, reliable, text };
}

const BOTH = { shown: "together", alone: foretold("Little."), together: foretold("Much.") } as const;

function show(changes: Partial<Traits> = {}): void {
  model = new StrictModel(traits(changes));
  view = headline(model);
  view.update();
}

const says = () => find(view.element, ".gx-says");
const trust = () => find(view.element, ".gx-trust");

describe("the sentence", () => {
  const SENTENCES: Headline = {
    alone: [["The model says ", false], ["dog", true], [". No cell matters alone.", false]],
    together: [["The model says ", false], ["dog", true], [". Strongest for it: the top.", false]],
  };

  test("is Python's, with what is strong in it", () => {
    show({ headline: SENTENCES });
    expect(says().textContent).toBe("The model says dog. No cell matters alone.");
    expect(texts(says(), "strong")).toEqual(["dog"]);
  });

  test("is that of the map on the screen", () => {
    show({ headline: SENTENCES, together, foretells: BOTH });
    expect(says().textContent).toContain("Strongest for it: the top.");
    model.set("map", "alone");
    view.update();
    expect(says().textContent).toContain("No cell matters alone.");
  });

  test("is the one that is known, where there is none yet for the map together", () => {
    show({ headline: { alone: SENTENCES.alone! }, together, foretells: BOTH });
    expect(says().textContent).toContain("No cell matters alone.");
  });

  test("comes once the model has answered, and is told politely", () => {
    show({ headline: {} });
    expect(says().textContent).toBe("Asking the model …");
    expect(says().getAttribute("role")).toBe("status");
  });

  test("that stays is told once", () => {
    show({ headline: SENTENCES });
    const [first] = says().childNodes;
    model.receive({ headline: structuredClone(SENTENCES), progress: progress(6, 6) });
    view.update();
    expect(says().firstChild).toBe(first);
  });

  test("is text", () => {
    show({ headline: { alone: [[HTML, true], [HTML, false]] } });
    expect(says().textContent).toBe(HTML + HTML);
    expect(view.element.querySelector("img")).toBeNull();
  });
});

describe("how far to believe the map", () => {
  test("is said of the map on the screen, to a screen reader too", () => {
    show({ together, foretells: BOTH });
    expect(trust().textContent).toBe("Much.");
    expect(trust().getAttribute("role")).toBe("status");
    expect(trust().classList).not.toContain("gx-doubt");
  });

  test("is not said while it is not measured", () => {
    show({ together, foretells: { shown: "together" } });
    expect(trust().textContent).toBe("");
  });

  test("stands out where it is nothing, and no longer once it is more", () => {
    show({ together, foretells: { ...BOTH, together: foretold("Nothing.", false) } });
    expect(trust().textContent).toBe("Nothing.");
    expect(trust().classList).toContain("gx-doubt");
    model.set("map", "alone");
    view.update();
    expect(trust().textContent).toBe("Little.");
    expect(trust().classList).not.toContain("gx-doubt");
  });

  test("is text", () => {
    show({ together, foretells: { ...BOTH, together: foretold(HTML) } });
    expect(trust().textContent).toBe(HTML);
    expect(trust().children).toHaveLength(0);
  });
});
