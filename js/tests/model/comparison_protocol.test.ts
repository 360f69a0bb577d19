/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/wire/comparison.py?raw";
import shared from "../../../gridexplainer_widget/wire/shared.py?raw";
import {
  COMMANDS,
  FRONT_END_TRAITS,
  KERNEL_TRAITS,
  MAP_STATUSES,
} from "../../src/model/comparison_protocol";
import { STATUSES } from "../../src/model/widget_model";
import { comparison } from "../support/comparison";

describe("the names are those of wire/comparison.py", () => {
  test.each([
    ["KERNEL_TRAITS", KERNEL_TRAITS],
    ["FRONT_END_TRAITS", FRONT_END_TRAITS],
    ["COMMANDS", COMMANDS],
    ["STATUSES", STATUSES],
    ["MAP_STATUSES", MAP_STATUSES],
  ])("%s", (name, names) => {
    const [, tuple] = new RegExp(`^${name}: Final = \\(([^)]*)\\)`, "m").exec(python + shared) ?? [];
    const known = [...(tuple ?? "").matchAll(/"([^"]+)"/g)].map(([, text]) => text);
    expect(known.length).toBeGreaterThan(1);
    expect(names).toEqual(known);
  });
});

test("every trait is the kernel's or the front end's, and none is both", () => {
  const names: string[] = [...KERNEL_TRAITS, ...FRONT_END_TRAITS];
  expect(names.sort()).toEqual(Object.keys(comparison()).sort());
});
