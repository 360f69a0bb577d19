/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../../gridexplainer_widget/wire/explorer.py?raw";
import shared from "../../../gridexplainer_widget/wire/shared.py?raw";
import {
  COLORMAPS,
  COMMANDS,
  FRONT_END_TRAITS,
  KERNEL_TRAITS,
  APPEARANCE,
  MAX_GRID,
  MAX_UPLOAD,
  SAVED_FORMATS,
  SCALES,
} from "../../src/model/explorer_protocol";
import { filled, STATUSES } from "../../src/model/widget_model";
import { traits } from "../support/explorer";

/** The strings of a tuple in wire/explorer.py, those of a tuple that is spread in it included. */
function pythonNames(name: string): string[] {
  const [, tuple] = new RegExp(`^${name}: Final = \\(([^)]*)\\)`, "m").exec(python + shared) ?? [];
  const parts = [...(tuple ?? "").matchAll(/"([^"]+)"|\*(\w+)/g)];
  return parts.flatMap(([, text, spread]) => (spread ? pythonNames(spread) : [text!]));
}

describe("the names are those of wire/explorer.py", () => {
  test.each([
    ["KERNEL_TRAITS", KERNEL_TRAITS],
    ["FRONT_END_TRAITS", FRONT_END_TRAITS],
    ["COMMANDS", COMMANDS],
    ["STATUSES", STATUSES],
    ["APPEARANCE", APPEARANCE],
    ["SAVED_FORMATS", SAVED_FORMATS],
    ["COLORMAPS", COLORMAPS],
    ["SCALES", SCALES],
  ])("%s", (name, names) => {
    expect(names.length).toBeGreaterThan(1);
    expect(names).toEqual(pythonNames(name));
  });

  test("the finest grid and the largest picture", () => {
    expect(python).toMatch(new RegExp(`^MAX_GRID: Final = ${MAX_GRID}$`, "m"));
    const [, factor, power] = /^MAX_UPLOAD: Final = (\d+) \* 2\*\*(\d+)$/m.exec(python)!;
    expect(MAX_UPLOAD).toBe(Number(factor) * 2 ** Number(power));
  });
});

test("every trait is the kernel's or the front end's, and none is both", () => {
  const names: string[] = [...KERNEL_TRAITS, ...FRONT_END_TRAITS];
  expect(names.sort()).toEqual(Object.keys(traits()).sort());
});

test("a dictionary that has not come yet is null", () => {
  expect(filled({})).toBeNull();
});

test("a dictionary that has come is itself", () => {
  const dictionary = { done: 0 };
  expect(filled(dictionary)).toBe(dictionary);
});
