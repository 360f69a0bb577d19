/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/results/metrics.py?raw";
import { ARROWS, bestOf, metricText } from "../../src/text/metrics";
import { METRICS, metricValues } from "../support/comparison";

describe("as metrics.py", () => {
  test("the metrics, their titles and what is better", () => {
    const [, ...rest] = python.split(/^ {8}Metric\(/m);
    const known = rest.map((text) => {
      const [name, title, better] = [...text.matchAll(/"([^"]*)"/g)].map(([, word]) => word);
      return { name, title, better, signed: /signed=True/.test(text.split(/^ {8}\)/m)[0]!) };
    });
    expect(known.length).toBe(6);
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

describe("the best of several", () => {
  test("is the lowest or the highest", () => {
    const one = metricValues({ deletion: 0.1, insertion: 0.4, srg: 0.3, randomised: 0.2, inside: 0.5 });
    const other = metricValues({ deletion: 0.2, insertion: 0.6, srg: 0.4, randomised: 0.1, inside: 0.6 });
    expect(bestOf(METRICS, [one, other])).toEqual({
      deletion: "0.10",
      insertion: "0.60",
      srg: "+0.40",
      randomised: "0.10",
      inside: "0.60",
    });
  });

  test("is none of those that read alike", () => {
    expect(bestOf(METRICS, [metricValues({ deletion: 0.101 }), metricValues({ deletion: 0.099 })])).toEqual({});
  });

  test("is none where there is one", () => {
    expect(bestOf(METRICS, [metricValues()])).toEqual({});
    expect(bestOf(METRICS, [metricValues({ inside: 0.3 }), metricValues()])).toEqual({});
  });
});
