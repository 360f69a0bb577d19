import { describe, expect, test } from "vitest";
import { hasTogether, shownMap, shownScores, shownTexts, shownUnit } from "../../src/cells/two_maps";
import { scoresOf } from "../support/bytes";
import { StrictModel, traits } from "../support/explorer";

const together = scoresOf(1, 2, 3, 4, 5, 6);

describe("the map that is shown", () => {
  test.each([
    ["", undefined, "alone"],
    ["", "alone", "alone"],
    ["", "together", "together"],
    ["alone", "together", "alone"],
    ["together", "alone", "together"],
  ] as const)("chosen “%s”, earned %s: %s", (map, shown, wanted) => {
    const model = new StrictModel(traits({ together, map, foretells: shown ? { shown } : {} }));
    expect(hasTogether(model)).toBe(true);
    expect(shownMap(model)).toBe(wanted);
    expect(shownScores(model)).toBe(model.get(wanted === "alone" ? "scores" : "together"));
  });

  test.each(["", "alone", "together"] as const)("is the only one there is, chosen “%s”", (map) => {
    const model = new StrictModel(traits({ map }));
    expect(hasTogether(model)).toBe(false);
    expect(shownMap(model)).toBe("alone");
    expect(shownScores(model)).toBe(model.get("scores"));
  });
});

describe("another method's map", () => {
  const made = {
    title: "Grad-CAM",
    unit: "" as const,
    values: scoresOf(1, 0.5, 0, 0, -0.2, 0),
    headline: [["By Grad-CAM.", false]] as [string, boolean][],
    foretold: {},
    how: "How.",
  };

  test("is shown instead of the run's own, whichever is chosen", () => {
    const model = new StrictModel(traits({ together, map: "together", method: "grad-cam", method_map: made }));
    expect(shownMap(model)).toBe("method");
    expect(shownScores(model)).toBe(made.values);
    expect(shownTexts(model)).toMatchObject({ headline: made.headline, foretold: null, how: "How." });
  });

  test("is in its own unit, or in shares of the largest", () => {
    const model = new StrictModel(traits({ method_map: made }));
    expect(shownUnit(model)).toEqual(["probability", "% of the largest"]);
    model.receive({ method_map: { ...made, unit: "log-odds" } });
    expect(shownUnit(model)).toEqual(["log-odds", ""]);
    model.receive({ method_map: {}, score: "log-odds" });
    expect(shownUnit(model)).toEqual(["log-odds", ""]);
  });
});
