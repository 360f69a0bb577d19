import { beforeEach, describe, expect, test, vi } from "vitest";
import { decodeScores } from "../../src/cells/scores";
import { KERNEL_TRAITS, type Evidence } from "../../src/model/explorer_protocol";
import { filled } from "../../src/model/widget_model";
import { RecordedModel } from "../../src/page/recorded_model";
import { bytesOf } from "../support/bytes";
import { embedded, known, recording } from "../support/recording";

let model: RecordedModel;
let heard: string[];
const draw = vi.fn((hidden: number[]) => bytesOf(...hidden));

beforeEach(() => {
  draw.mockClear();
  model = new RecordedModel(recording(), draw);
  heard = [];
  for (const name of KERNEL_TRAITS) model.on(`change:${name}`, () => heard.push(name));
});

const drops = () => [...decodeScores(model.get("scores"))];
const evidence = () => filled(model.get("evidence")) as Evidence | null;

test("at first there is an answer and no evidence", () => {
  expect(filled(model.get("prediction"))?.target).toBe(2);
  expect(drops()).toEqual([0.25, 0, 0.25, NaN]);
  expect(evidence()).toBeNull();
});

test("a selection that was made before is answered at once", () => {
  const { state } = embedded();
  model = new RecordedModel(recording({ state: { ...state, value: [[0, 1]] } }), draw);
  expect(evidence()).toMatchObject({ cells: [[0, 1]], drop: 0 });
});

test("cells that were selected together are answered at once, and again when they are selected", () => {
  const selection = known();
  const state = { ...embedded().state, value: selection.value };
  model = new RecordedModel(recording({ state, selection }), draw);
  expect(evidence()).toMatchObject({ cells: selection.value, drop: 0.375, sum: 0.5 });
  model.set("value", [[0, 1]]);
  model.save_changes();
  expect(evidence()).toMatchObject({ cells: [[0, 1]], drop: 0 });
  model.set("value", [[0, 0], [1, 0]]);
  model.save_changes();
  expect(evidence()).toMatchObject({ cells: selection.value, drop: 0.375, sum: 0.5 });
});

describe("what is set and saved is answered:", () => {
  test("another target, with one event for each trait that changes", () => {
    model.set("target", 5);
    model.save_changes();
    expect(drops()).toEqual([0, 0, -0.375, NaN]);
    expect(filled(model.get("prediction"))?.target).toBe(5);
    expect(model.get("notes")).toEqual(["fox"]);
    expect(heard.sort()).toEqual([
      ...["evidence", "foretells", "minimal_sets", "notes", "prediction", "scores", "together"],
    ]);
  });

  test("another score", () => {
    model.set("score", "log-odds");
    model.save_changes();
    expect(drops()).toEqual([4, 5, 6, NaN]);
  });

  test("a cell, with the picture in which it is hidden", () => {
    model.set("value", [[1, 0]]);
    model.save_changes();
    expect(evidence()).toMatchObject({ cells: [[1, 0]], drop: 0.25 });
    expect(evidence()?.picture.getUint8(0)).toBe(2);
    expect(heard).toEqual(["evidence"]);
  });

  test("everything but a cell, asked in one question", () => {
    model.set("value", [[1, 0]]);
    model.set("keep", true);
    model.save_changes();
    expect(draw.mock.calls).toEqual([[[0, 1, 3]]]);
    expect(evidence()).toMatchObject({ keep: true, drop: null });
  });

  test("no cell", () => {
    model.set("value", [[1, 0]]);
    model.save_changes();
    model.set("value", []);
    model.save_changes();
    expect(evidence()).toBeNull();
  });
});

test("the evidence follows the target, the picture stays as it is", () => {
  model.set("value", [[1, 0]]);
  model.save_changes();
  const before = evidence();
  model.set("target", 5);
  model.save_changes();
  expect(evidence()?.drop).toBe(-0.375);
  expect(evidence()?.picture).toBe(before?.picture);
});

test("looks are a matter of the view", () => {
  model.set("opacity", 0.2);
  expect(model.get("opacity")).toBe(0.2);
  expect(heard).toEqual([]);
});
