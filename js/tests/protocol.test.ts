/// <reference types="vite/client" />
import { describe, expect, test } from "vitest";
import python from "../../gridexplainer_widget/protocol.py?raw";
import {
  COMMANDS,
  filled,
  FRONT_END_TRAITS,
  KERNEL_TRAITS,
  MAX_GRID,
  STATUSES,
} from "../src/protocol";
import { traits } from "./fixture";

/** The strings of a tuple in protocol.py. */
function pythonNames(name: string): string[] {
  const [, tuple] = new RegExp(`^${name}: Final = \\(([^)]*)\\)`, "m").exec(python) ?? [];
  return [...(tuple ?? "").matchAll(/"([^"]+)"/g)].map(([, text]) => text!);
}

describe("the names are those of protocol.py", () => {
  test.each([
    ["KERNEL_TRAITS", KERNEL_TRAITS],
    ["FRONT_END_TRAITS", FRONT_END_TRAITS],
    ["COMMANDS", COMMANDS],
    ["STATUSES", STATUSES],
  ])("%s", (name, names) => {
    expect(names).toEqual(pythonNames(name));
  });

  test("the finest grid", () => {
    expect(python).toMatch(new RegExp(`^MAX_GRID: Final = ${MAX_GRID}$`, "m"));
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
