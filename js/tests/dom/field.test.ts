import { expect, test } from "vitest";
import { element } from "../../src/dom/element";
import { field } from "../../src/dom/field";

test("a control is named by the label around it", () => {
  const control = element("select", "gx-select");
  const label = field("Scale", control);
  expect(control.labels).toHaveLength(1);
  expect([label.textContent, label.contains(control)]).toEqual(["Scale", true]);
});
