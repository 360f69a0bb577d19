/// <reference types="vite/client" />
import { expect, test } from "vitest";
import python from "../../../gridexplainer_widget/wire/gallery.py?raw";
import { COMMANDS, FRONT_END_TRAITS, KERNEL_TRAITS } from "../../src/model/gallery_protocol";

function named(name: string): string[] {
  const text = python.split(`${name}: Final = (`)[1]!.split(")")[0]!;
  return [...text.matchAll(/"(\w+)"/g)].map(([, word]) => word!);
}

test("the names are those of wire/gallery.py", () => {
  expect([...KERNEL_TRAITS]).toEqual(named("KERNEL_TRAITS"));
  expect([...FRONT_END_TRAITS]).toEqual(named("FRONT_END_TRAITS"));
  expect([...COMMANDS]).toEqual(named("COMMANDS"));
});
