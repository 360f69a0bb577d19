import { expect, test } from "vitest";
import { ordinal } from "../../src/text/ordinal";

test.each([
  [1, "1st"],
  [2, "2nd"],
  [3, "3rd"],
  [4, "4th"],
  [11, "11th"],
  [13, "13th"],
  [21, "21st"],
  [112, "112th"],
  [4096, "4096th"],
])("%i", (rank, text) => expect(ordinal(rank)).toBe(text));
