import { describe, expect, test } from "vitest";
import { className, classOptions, matching, duplicateLabels, sidesOf, targetName } from "../../src/text/classes";
import { StrictModel, traits } from "../support/explorer";

const names = (options: { name: string }[]) => options.map(({ name }) => name);

describe("a class", () => {
  const labels = ["crane", "owl", "crane", ""];
  const twice = duplicateLabels(labels);

  test("is called by its label", () => {
    expect(className(labels, twice, 1)).toBe("owl");
  });

  test("is called by its index too where two have one label", () => {
    expect(className(labels, twice, 0)).toBe("crane (0)");
    expect(className(labels, twice, 2)).toBe("crane (2)");
  });

  test("without a label is called by its index", () => {
    expect(className(labels, twice, 3)).toBe("(3)");
    expect(className(labels, twice, 9)).toBe("(9)");
  });

  test("that the map is of is that of the answer, not one that is asked about only now", () => {
    expect(targetName(new StrictModel(traits({ target: 0 })))).toBe("dog");
    expect(targetName(new StrictModel(traits({ labels: ["cat", "cat"] })))).toBe("cat (1)");
    expect(targetName(new StrictModel(traits({ prediction: {} })))).toBe("");
  });
});

describe("the two sides of zero", () => {
  test("are for and against the class that the map is of", () => {
    expect(sidesOf(new StrictModel(traits()))).toEqual(["for dog", "against dog"]);
  });

  test("are two classes where one is held against the other", () => {
    const prediction = { ...traits().prediction, contrast: 0 } as ReturnType<typeof traits>["prediction"];
    expect(sidesOf(new StrictModel(traits({ prediction })))).toEqual(["for dog", "for cat"]);
  });
});

describe("classes are listed", () => {
  test("the most probable first, then the others by name", () => {
    const options = classOptions(["class 10", "dog", "Class 9", "owl", "ant"], [[1, 0.7], [3, 0.2]], null);
    expect(options).toEqual([
      { index: 1, name: "dog", probability: 0.7 },
      { index: 3, name: "owl", probability: 0.2 },
      { index: 4, name: "ant", probability: null },
      { index: 2, name: "Class 9", probability: null },
      { index: 0, name: "class 10", probability: null },
    ]);
  });

  test("by index where they have one name", () => {
    const options = classOptions(["crane", "owl", "crane"], [], null);
    expect(names(options)).toEqual(["crane (0)", "crane (2)", "owl"]);
  });

  test("where they are offered, and no others", () => {
    const options = classOptions(["ant", "bee", "cat", "dog"], [[3, 0.7], [2, 0.2]], [0, 2]);
    expect(names(options)).toEqual(["cat", "ant"]);
    expect(classOptions(["ant"], [[0, 1]], [])).toEqual([]);
  });
});

describe("a query", () => {
  const options = classOptions(["Löwe", "Egyptian cat", "tabby cat", "dog", "crane", "crane"], [[2, 0.9]], null);

  test.each([
    ["", ["tabby cat", "crane (4)", "crane (5)", "dog", "Egyptian cat", "Löwe"]],
    ["cat", ["tabby cat", "Egyptian cat"]],
    [" CAT ", ["tabby cat", "Egyptian cat"]],
    ["y c", ["tabby cat"]],
    ["lowe", ["Löwe"]],
    ["LÖWE", ["Löwe"]],
    ["o\u0308", ["dog", "Löwe"]],
    ["(5)", ["crane (5)"]],
    ["zebra", []],
    [".*", []],
  ])("“%s” finds its part of a name, whatever its case and accents", (query, found) => {
    expect(names(matching(options, query))).toEqual(found);
  });
});
