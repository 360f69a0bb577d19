import { describe, expect, test } from "vitest";
import { decodeScores } from "../../src/cells/scores";
import { answerOf, bytesOf, evidenceOf, hiddenCells, offeredOf, traitsOf, type Question } from "../../src/page/record";
import { base64Of, bytesOf as bytes, scoresOf } from "../support/bytes";
import { traits } from "../support/explorer";
import { embedded, known, recording } from "../support/recording";

const PICTURE = bytes(1, 2, 3);

function evidence(question: Partial<Question>, changes = {}) {
  const asked: Question = { target: 2, score: "probability", value: [[0, 0]], keep: false, ...question };
  return evidenceOf(recording(changes), asked, PICTURE);
}

test("base64 gives bytes", () => {
  const view = bytesOf("AP+A");
  expect([0, 1, 2].map((at) => view.getUint8(at))).toEqual([0, 255, 128]);
});

describe("the traits", () => {
  const first = traitsOf(recording());

  test("are all there", () => {
    expect(Object.keys(first).sort()).toEqual(Object.keys(traits()).sort());
  });

  test("are what the kernel's were", () => {
    expect(first.grid_size).toBe(2);
    expect(first.status).toBe("stopped");
    expect(first.progress).toMatchObject({ share: 0.75, text: "3 of 4 cells", pace: "" });
    expect(first.about).toEqual({ model: "TinyNet", text: "TinyNet", how: {}, caveat: "" });
    expect(first.check).toEqual({});
    const check = { verdict: "ok" as const, summary: "Fine.", checks: [] };
    expect(traitsOf(recording({ check })).check).toEqual(check);
    expect([first.fill, first.fills]).toEqual(["blur", ["blur"]]);
  });

  test("begin with the looks that were chosen", () => {
    expect(first).toMatchObject({ colormap: "red-blue", opacity: 0.5, numbers: false });
    expect(first).toMatchObject({ scale: "absolute", threshold: 0.1 });
  });

  test("name a class by its index, and leave unknown ones without a name", () => {
    expect(first.labels).toEqual(["", "cat", "dog", "", "owl", "fox"]);
  });

  test("tell which cells the fill hardly changes", () => {
    expect(first.hardly_changed).toEqual([2]);
  });

  test("of a complete recording say that it is done", () => {
    expect(traitsOf(recording({ done: 4 })).status).toBe("done");
  });

  test("give the size of a grid that is not square", () => {
    const grid = { rows: 1, columns: 4, height: 5, width: 7 };
    expect(traitsOf(recording({ grid })).grid_size).toEqual([1, 4]);
  });
});

describe("an answer", () => {
  test("is the target's", () => {
    const answer = answerOf(recording(), 5, "probability");
    expect(answer.prediction).toEqual({
      target: 5,
      contrast: null,
      probability: 0.125,
      saturated: false,
      top: [
        [2, 0.5],
        [1, 0.25],
        [5, 0.125],
      ],
    });
    expect([...decodeScores(answer.scores)]).toEqual([0, 0, -0.375, NaN]);
    expect(answer.notes).toEqual(["fox"]);
    expect(answer.headline).toEqual({ alone: [["Why fox?", false]] });
  });

  test("is held against the class of the page, unless it is that class itself", () => {
    const { answers } = embedded();
    const changed = { probability: { ...answers.probability!, contrasts: [null, 1, 1] } };
    const held = recording({ answers: { ...answers, ...changed } });
    const found = [1, 2, 5].map((target) => answerOf(held, target, "probability").prediction.contrast);
    expect(found).toEqual([null, 1, 1]);
  });

  test("has the fitted map of its class, and what it foretells", () => {
    const { answers } = embedded();
    const floats = scoresOf(...Array.from({ length: 12 }, (_, index) => index));
    const told = [{ shown: "alone" }, { shown: "together" }, {}] as const;
    const both = { ...answers.probability!, together: base64Of(floats), foretells: [...told] };
    const two = recording({ answers: { ...answers, probability: both } });
    const answer = answerOf(two, 2, "probability");
    expect([...decodeScores(answer.together)]).toEqual([4, 5, 6, 7]);
    expect(answer.foretells).toEqual({ shown: "together" });
    expect(answerOf(two, 2, "log-odds").together.byteLength).toBe(0);
  });

  test("is in the score that was asked for", () => {
    const answer = answerOf(recording(), 1, "log-odds");
    expect([...decodeScores(answer.scores)]).toEqual([1, 2, 3, NaN]);
    expect(answer.notes).toEqual([]);
  });

  test("shows the class that is asked about, though it is the last of many", () => {
    const classes = Array.from({ length: 12 }, (_, index) => index);
    const twelve = <T,>(one: T): T[] => classes.map(() => one);
    const answers = { foretells: twelve({}), headlines: twelve({}), notes: twelve([]), saturated: twelve(false) };
    const numbers = base64Of(scoresOf(...Array(4 * 12).fill(0)));
    const many = recording({
      classes,
      labels: classes.map((index) => [index, `class ${index}`]),
      baseline: base64Of(scoresOf(...classes.map((index) => 2 ** -(index + 1)))),
      vectors: numbers,
      answers: { probability: { ...answers, drops: numbers, together: "" } },
    });
    const shown = (target: number) => answerOf(many, target, "probability").prediction.top.map(([index]) => index);
    expect(shown(11)).toEqual([...shown(0), 11]);
    expect(shown(0)).toEqual(classes.slice(0, shown(0).length));
    expect(shown(0).length).toBeLessThan(11);
  });

  test.each([null, 3, "cat"])("to %s, which is not there, is the most probable class's", (target) => {
    const answer = answerOf(recording(), target, "probability");
    expect(answer.prediction).toMatchObject({ target: 2, saturated: true });
    expect(answer.notes).toEqual(["dog"]);
  });
});

test("the classes that are there can be the target", () => {
  expect(offeredOf(recording())).toEqual([1, 2, 5]);
});

test("cells are hidden, or all others", () => {
  const { grid } = recording().embedded;
  expect(hiddenCells(grid, [[1, 0], [0, 1]], false)).toEqual([1, 2]);
  expect(hiddenCells(grid, [[1, 0], [0, 1]], true)).toEqual([0, 3]);
});

describe("the evidence of one cell", () => {
  test("is the kernel's: its drop, and the target first among the classes", () => {
    expect(evidence({ target: 5 })).toEqual({
      cells: [[0, 0]],
      keep: false,
      picture: PICTURE,
      drop: 0,
      sum: null,
      synergy: null,
      text: "",
      classes: [
        [5, 0.125, 0.125],
        [2, 0.5, 0.25],
        [1, 0.25, 0.5],
      ],
    });
  });

  test("names an answer that is none of the classes", () => {
    const { classes } = evidence({}, { others: [[0, 4, 0.0625, 0.75]] });
    expect(classes.at(-1)).toEqual([4, 0.0625, 0.75]);
    expect(evidence({ value: [[0, 1]] }, { others: [[0, 4, 0.0625, 0.75]] }).classes).toHaveLength(3);
  });

  test("is pending where it was not scored", () => {
    expect(evidence({ value: [[1, 1]] })).toMatchObject({ drop: null, sum: null, classes: [] });
  });
});

describe("of several cells", () => {
  test("the sum is known, and nothing of the model is claimed", () => {
    expect(evidence({ value: [[0, 0], [1, 0]] })).toEqual({
      cells: [
        [0, 0],
        [1, 0],
      ],
      keep: false,
      picture: PICTURE,
      drop: null,
      sum: 0.5,
      synergy: null,
      text: "",
      classes: [],
    });
  });

  test("there is no sum while one is pending, nor of all but them", () => {
    expect(evidence({ value: [[0, 0], [1, 1]] }).sum).toBeNull();
    expect(evidence({ value: [[0, 0]], keep: true })).toMatchObject({ drop: null, sum: null });
  });

  test("keeping all but one is hiding that one", () => {
    const value: Question["value"] = [[0, 1], [1, 0], [1, 1]];
    expect(evidence({ value, keep: true })).toMatchObject({ cells: value, keep: true, drop: 0.25 });
  });
});

describe("of cells that were selected together", () => {
  const value: Question["value"] = [[0, 0], [1, 0]];
  const told = (question: Partial<Question>, selection = known()) =>
    evidence({ value, ...question }, { selection });

  test("all is known: drop, sum, synergy and classes", () => {
    expect(told({})).toEqual({
      cells: value,
      keep: false,
      picture: PICTURE,
      drop: 0.375,
      sum: 0.5,
      synergy: -0.125,
      text: "",
      classes: [
        [2, 0.5, 0.125],
        [1, 0.25, 0.625],
        [5, 0.125, 0.25],
      ],
    });
  });

  test("it is known in the other score", () => {
    const expected = { drop: 2, sum: 10, synergy: -8, classes: told({}).classes };
    expect(told({ score: "log-odds" })).toMatchObject(expected);
  });

  test("it is known for another target, which is the first of the classes", () => {
    const { drop, sum, synergy, classes } = told({ target: 5 });
    expect([drop, sum, synergy]).toEqual([-0.125, -0.375, 0.25]);
    expect(classes).toEqual([
      [5, 0.125, 0.25],
      [2, 0.5, 0.125],
      [1, 0.25, 0.625],
    ]);
  });

  test("it is known in whatever order they are selected", () => {
    const turned: Question["value"] = [[1, 0], [0, 0]];
    expect(told({ value: turned })).toMatchObject({ cells: turned, drop: 0.375 });
    expect(told({}, known({ value: turned }))).toMatchObject({ cells: value, drop: 0.375 });
  });

  test("there is neither sum nor synergy while one of them is pending alone", () => {
    const pending: Question["value"] = [[0, 0], [1, 1]];
    const answer = told({ value: pending }, known({ value: pending }));
    expect(answer).toMatchObject({ drop: 0.375, sum: null, synergy: null });
    expect(answer.classes).toHaveLength(3);
  });

  test("that were kept there is the drop, and no sum", () => {
    const answer = told({ keep: true }, known({ keep: true }));
    expect(answer).toMatchObject({ keep: true, drop: 0.375, sum: null, synergy: null });
    expect(answer.classes[0]).toEqual([2, 0.5, 0.125]);
  });

  test("nothing is known of other cells, nor of these where they were not hidden but kept", () => {
    const unknown = { drop: null, synergy: null, classes: [] };
    expect(told({ value: [[0, 0], [0, 1]] })).toMatchObject({ ...unknown, sum: 0.25 });
    expect(told({ value: [[0, 0], [0, 1], [1, 0]] })).toMatchObject({ ...unknown, sum: 0.5 });
    expect(told({ keep: true })).toMatchObject({ ...unknown, sum: null });
    expect(told({}, known({ keep: true }))).toMatchObject({ ...unknown, sum: 0.5 });
  });

  test("single cells are known as ever", () => {
    expect(told({ value: [[1, 0]] })).toEqual(evidence({ value: [[1, 0]] }));
  });
});

test("a sum is not known, either, where the model has failed on one of the cells", () => {
  const { answers } = recording().embedded;
  const drops = bytesOf(answers.probability!.drops);
  drops.setFloat32(4 * 4, Infinity, true); // the first cell's, for class 2
  const failed = base64Of(drops);
  const changes = { answers: { ...answers, probability: { ...answers.probability, drops: failed } } };
  expect(evidence({ value: [[0, 0], [1, 0]] }, changes).sum).toBeNull();
  expect(evidence({ value: [[0, 0]] }, changes)).toMatchObject({ drop: null, classes: [] });
});

describe("smallest sets", () => {
  const sets = [known({ value: [[1, 1]], keep: true })];
  const minimal_sets = { target: 2, enough: [], needed: [], sentence: "One place." };

  test("are told of their class alone", () => {
    const recorded = recording({ minimal_sets });
    expect(traitsOf(recorded).minimal_sets).toBe(minimal_sets);
    expect(answerOf(recorded, 5, "probability").minimal_sets).toEqual({});
  });

  test("have answers, as the cells alone and as all others hidden", () => {
    const alone = evidence({ value: [[1, 1]], keep: true }, { sets });
    expect(alone.drop).toBe(0.375);
    expect(alone.classes[0]).toEqual([2, 0.5, 0.125]);
    const others: Question["value"] = [[0, 0], [0, 1], [1, 0]];
    expect(evidence({ value: others }, { sets }).drop).toBe(0.375);
    expect(evidence({ value: [[1, 1]] }, { sets }).drop).toBeNull();
  });
});
