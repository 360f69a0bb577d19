import { describe, expect, it } from "vitest";
import { numberText, PROBABILITY, quantityText } from "../../src/cells/quantity";
import { amountText, scaleOf } from "../../src/cells/scores";
import { changeText } from "../../src/text/cell_text";
import { fromToText, pointsText } from "../../src/text/evidence_text";
import { valueText } from "../../src/text/map_text";
import { metricText } from "../../src/text/metrics";

const YEARS = { name: "value", unit: "years" } as const;

describe("a value", () => {
  it("is written as Python writes it", () => {
    // tests/unit/classifiers/test_quantities.py has the same.
    const texts = [58, 53.7412, -0.00123, 1987.02, 250000.4, 0, 3e-7, -4.2e9].map(numberText);
    expect(texts).toEqual(["58", "53.74", "−0.00123", "1987.02", "250000", "0", "3.000e−7", "−4.200e9"]);
    expect(quantityText(53.7412, YEARS)).toBe("53.74 years");
    expect(quantityText(53.7412, { name: "value", unit: "" })).toBe("53.74");
    expect(quantityText(0.537, PROBABILITY)).toBe("53.7%");
  });

  it("has drops in its own unit, without points or percents", () => {
    expect(amountText(0.1234, "value", "years")).toBe("0.12 years");
    expect(amountText(-1234.5, "value")).toBe("−1235");
    const prediction = { target: 0, probability: 58, saturated: false, top: [] };
    expect(changeText(2.5, "value", prediction, YEARS)).toBe("−2.5 years (58 → 55.5 years)");
    expect(fromToText("age", 58, 55.5, YEARS)).toBe("“age” falls from 58 years to 55.5 years");
    expect(pointsText(58, 55.5, YEARS)).toBe("−2.5");
    expect(valueText(0.25, "value", 0.5, "years")).toBe("+0.250 years");
  });

  it("has a scale of its own in any case", () => {
    const drops = new Float32Array([0.002, -0.001]);
    expect(scaleOf(drops, "value", "absolute")).toBeCloseTo(0.002);
    expect(scaleOf(drops, "value", "relative")).toBeCloseTo(0.002);
  });

  it("has metrics in its unit", () => {
    const metric = { name: "srg", title: "SRG", better: "higher", meaning: "", signed: true, value: true } as const;
    expect(metricText(metric, 0.2362)).toBe("+0.2362");
    expect(metricText({ ...metric, signed: false }, 1234.56)).toBe("1234.56");
  });
});
