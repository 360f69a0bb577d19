import { describe, expect, test } from "vitest";
import { hasTogether, shownMap, shownScores } from "../../src/cells/two_maps";
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
