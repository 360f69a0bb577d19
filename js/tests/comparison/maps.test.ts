import { describe, expect, test } from "vitest";
import { mapsOf, progressOf, shares, statusOf, valuesOf } from "../../src/comparison/maps";
import type { Host, Status } from "../../src/model/widget_model";
import { scoresOf } from "../support/bytes";
import { GRAD_CAM, mapRecord } from "../support/comparison";

describe("the map of each method", () => {
  const [occlusion, gradCam] = [mapRecord(), mapRecord(GRAD_CAM)];

  test("is found where one was taken away before the kernel has heard of it", () => {
    expect(mapsOf([["grad-cam", ""]], [occlusion, gradCam])).toEqual([gradCam]);
  });

  test("is null where it was added before the kernel has heard of it", () => {
    const request: [string, string][] = [["rise", ""], ["occlusion", ""]];
    expect(mapsOf(request, [occlusion])).toEqual([null, occlusion]);
  });

  test("is of the layer that was asked for", () => {
    expect(mapsOf([["grad-cam", "conv1"]], [gradCam])).toEqual([null]);
  });

  test("is taken once", () => {
    const again = mapRecord({ seconds: 5 });
    const twice: [string, string][] = [["occlusion", ""], ["occlusion", ""]];
    expect(mapsOf(twice, [occlusion, again])).toEqual([occlusion, again]);
    expect(mapsOf(twice, [occlusion])).toEqual([occlusion, null]);
  });
});

test("how far a map is stands at the map's place", () => {
  const maps = [mapRecord(), mapRecord(GRAD_CAM)];
  expect(progressOf(maps[1]!, maps, [null, [3, 9]])).toEqual([3, 9]);
  expect(progressOf(maps[0]!, maps, [null, [3, 9]])).toBeNull();
  expect(progressOf(null, maps, [[1, 9], [3, 9]])).toBeNull();
  expect(progressOf(maps[1]!, maps, [null])).toBeNull();
});

describe("where the work is", () => {
  const [done, failed] = [mapRecord(), mapRecord({ status: "failed" })];

  test.each<[Status, Host, ReturnType<typeof mapsOf>, Status]>([
    ["running", "kernel", [done], "running"],
    ["done", "kernel", [done, null], "done"],
    ["error", "kernel", [done], "error"],
    ["stopped", "kernel", [done, null], "stopped"],
    ["stopped", "kernel", [done, failed], "done"],
    ["running", "gone", [done, failed], "done"],
    ["running", "gone", [done, mapRecord({ status: "pending" })], "stopped"],
    ["error", "gone", [null], "stopped"],
    ["stopped", "kernel", [], "done"],
    ["done", "page", [done], "done"],
  ])("%s, %s", (status, host, maps, is) => expect(statusOf(status, host, maps)).toBe(is));
});

describe("a map's numbers", () => {
  test("are what came", () => {
    expect([...valuesOf(mapRecord({ values: scoresOf(0.5, -1) }), 2)]).toEqual([0.5, -1]);
  });

  test("are not known before they come, nor of another grid", () => {
    expect([...valuesOf(null, 2)]).toEqual([NaN, NaN]);
    expect([...valuesOf(mapRecord({ values: null }), 2)]).toEqual([NaN, NaN]);
    expect([...valuesOf(mapRecord({ values: scoresOf(1) }), 2)]).toEqual([NaN, NaN]);
  });

  test("become shares of the largest", () => {
    const values = Float32Array.of(1e-20, -4e-20, NaN, Infinity);
    expect([...shares(values)]).toEqual([0.25, -1, NaN, Infinity]);
  });

  test("stay 0 where all are", () => {
    expect([...shares(Float32Array.of(0, 0, NaN))]).toEqual([0, 0, NaN]);
  });
});
