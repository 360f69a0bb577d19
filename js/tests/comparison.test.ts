import { describe, expect, test } from "vitest";
import { mapsOf, shares, valuesOf } from "../src/comparison";
import { GRAD_CAM, mapRecord } from "./comparing";
import { scoresOf } from "./fixture";

describe("the map of each method", () => {
  const [occlusion, gradCam] = [mapRecord(), mapRecord(GRAD_CAM)];

  test("is found where one was taken away before the kernel has heard of it", () => {
    expect(mapsOf([["grad-cam", ""]], [occlusion, gradCam])).toEqual([gradCam]);
  });

  test("is null where it was added before the kernel has heard of it", () => {
    const asked: [string, string][] = [["rise", ""], ["occlusion", ""]];
    expect(mapsOf(asked, [occlusion])).toEqual([null, occlusion]);
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
