/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/results/data/metrics.py?raw";
import { ARROWS, bandText, bestOf, metricText } from "../../src/text/metrics";
import { METRICS, metricValues, underFill } from "../support/comparison";
import type { UnderFill } from "../../src/model/comparison_protocol";

describe("as metrics.py", () => {
  test("the metrics, their titles and what is better", () => {
    const [, ...rest] = python.split(/^ {8}Metric\(/m);
    const known = rest.map((text) => {
      const [name, title, better] = [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
      return { name, title, better, signed: /signed=True/.test(text.split(/^ {8}\)/m)[0]!) };
    });
    expect(known.length).toBe(7);
    expect(METRICS.map(({ name, title, better, signed }) => ({ name, title, better, signed }))).toEqual(known);
  });

  test("the arrows", () => {
    const [, arrows] = /^ARROWS: Final = (\{.*\})$/m.exec(python)!;
    expect(ARROWS).toEqual(JSON.parse(arrows!));
  });
});

describe("a metric is written", () => {
  const text = (name: string, value: number | boolean) =>
    metricText(METRICS.find((metric) => metric.name === name)!, value);

  test.each([
    ["deletion", 0.126, "0.13"],
    ["srg", 0.126, "+0.13"],
    ["srg", -0.126, "−0.13"],
    ["deletion", 0.01, "0.01"],
    ["deletion", 0.00999, "0.0100"],
    ["deletion", 0.0042, "0.0042"],
    ["srg", 0.0042, "+0.0042"],
    ["srg", -0.0042, "−0.0042"],
    ["srg", -0.00004, "0.00"],
    ["deletion", 0.00004, "0.00"],
    ["srg", 0, "0.00"],
    ["pointing", true, "✓ hit"],
    ["pointing", false, "✗ miss"],
  ])("%s %s", (name, value, expected) => expect(text(name, value)).toBe(expected));
});

describe("what random orders reach is written", () => {
  const [deletion, , srg] = METRICS;

  test("from end to end, or about 0", () => {
    expect(bandText(deletion!, [0.1, 0.25])).toBe("0.10 to 0.25");
    expect(bandText(srg!, [-0.12, 0.12])).toBe("±0.12");
    expect(bandText(srg!, [-0.12, 0.1])).toBe("−0.12 to +0.10");
  });
});

describe("the best of several", () => {
  const under = (...ones: Partial<UnderFill>[]) => metricValues({ under: ones.map(underFill) });

  test("is the lowest or the highest, under each fill", () => {
    const one = metricValues({
      under: [underFill(), underFill({ fill: "blur", srg: 0.5 })],
      randomised: 0.2,
      inside: 0.5,
    });
    const other = metricValues({
      under: [underFill({ deletion: 0.2, insertion: 0.6, srg: 0.4 }), underFill({ fill: "blur" })],
      randomised: 0.1,
      inside: 0.6,
    });
    expect(bestOf(METRICS, [one, other])).toEqual({
      "": { randomised: "0.10", inside: "0.60" },
      gray: { deletion: "0.10", insertion: "0.60", srg: "+0.40" },
      blur: { srg: "+0.50" },
    });
  });

  test("is none that random orders reach", () => {
    expect(bestOf(METRICS, [under({ srg: 0.05 }), under({ srg: -0.02 })])).toEqual({ "": {} });
    expect(bestOf(METRICS, [under({ srg: 0.06 }), under({ srg: -0.02 })])["gray"]).toEqual({ srg: "+0.06" });
    const unknown = { bands: {} };
    expect(bestOf(METRICS, [under({ srg: 0.05, ...unknown }), under(unknown)])["gray"]).toEqual({ srg: "+0.30" });
  });

  test("is none that foretells nothing reliable", () => {
    const [one, other] = [metricValues({ foretells: 0.4 }), metricValues({ foretells: 0.3 })];
    expect(bestOf(METRICS, [one, other])[""]).toEqual({ foretells: "0.40" });
    expect(bestOf(METRICS, [{ ...one, doubt: "Nothing reliable." }, other])[""]).toEqual({});
  });

  test("is none under a fill that tells no maps apart", () => {
    const flat = { ranks: false };
    expect(bestOf(METRICS, [under({ srg: 0.5, ...flat }), under(flat)])).toEqual({ "": {} });
  });

  test("is none of those that read alike", () => {
    expect(bestOf(METRICS, [under({ deletion: 0.101 }), under({ deletion: 0.099 })])).toEqual({ "": {} });
  });

  test("is none where there is one", () => {
    expect(bestOf(METRICS, [metricValues()])).toEqual({ "": {} });
    expect(bestOf(METRICS, [metricValues({ inside: 0.3 }), metricValues()])).toEqual({ "": {} });
    expect(bestOf(METRICS, [])).toEqual({ "": {} });
  });
});
