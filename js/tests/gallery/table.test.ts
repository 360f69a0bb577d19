import { describe, expect, test } from "vitest";
import { counts, everything, filteredRows, isFiltered, sortedRows, tableOf, type Table } from "../../src/gallery/table";

const about = {
  title: "",
  line: "",
  pictures: 4,
  rows: 1,
  columns: 2,
  classes: ["cat", "dog"],
  numbers: [
    { name: "a", title: "A", low: 0, high: 1, unit: "%", help: "" },
    { name: "b", title: "B", low: -1, high: 1, unit: "", help: "" },
  ],
  opens: false,
};

/** Picture 0 is a cat and said to be one, 1 a dog said to be a cat, 2 and 3 have no label. */
const table: Table = tableOf({
  about,
  names: ["p0", "p1", "p2", "p3"],
  codes: new DataView(new Int16Array([0, 0, 0, 1, 1, -1, 1, -1]).buffer),
  numbers: new DataView(new Float32Array([0.25, 0.5, NaN, 1, 0, -1, 1, 0]).buffer),
  aspects: new DataView(new Float32Array([1, 1, 1.5, 1]).buffer),
  maps: new DataView(new Int8Array([99, 1, 2, 3, 4, 5, 6, -127, 8]).buffer, 1),
});
const all = everything(about);

test("columns are decoded, wherever they begin", () => {
  expect([...table.predicted]).toEqual([0, 0, 1, 1]);
  expect([...table.aspects]).toEqual([1, 1, 1.5, 1]);
  expect([...table.label]).toEqual([0, 1, -1, -1]);
  expect([...table.numbers[1]!]).toEqual([0, -1, 1, 0]);
  expect([...table.maps]).toEqual([1, 2, 3, 4, 5, 6, -127, 8]);
});

describe("filters", () => {
  test("by nothing, by class, by truth", () => {
    expect(filteredRows(table, all)).toEqual([0, 1, 2, 3]);
    expect(filteredRows(table, { ...all, predicted: 1 })).toEqual([2, 3]);
    expect(filteredRows(table, { ...all, right: "right" })).toEqual([0]);
    expect(filteredRows(table, { ...all, right: "wrong" })).toEqual([1]);
    expect([isFiltered(all), isFiltered({ ...all, right: "wrong" })]).toEqual([false, true]);
  });

  test("by a range, which unknown numbers are in none of", () => {
    const ranged = { ...all, ranges: [[0, 1] as const, null] };
    expect(filteredRows(table, ranged)).toEqual([0, 1, 3]);
    expect(filteredRows(table, { ...all, ranges: [[0.5, 1] as const, [0, 1] as const] })).toEqual([3]);
    expect(filteredRows(table, { ...all, ranges: [[0.5, 1] as const, [0, 1] as const] }, 0)).toEqual([0, 2, 3]);
  });
});

test("rows are sorted with unknown numbers last and equal ones in their order", () => {
  const rows = [0, 1, 2, 3];
  expect(sortedRows(table, rows, { column: -1, descending: true })).toEqual(rows);
  expect(sortedRows(table, rows, { column: 0, descending: true })).toEqual([3, 1, 0, 2]);
  expect(sortedRows(table, rows, { column: 0, descending: false })).toEqual([0, 1, 3, 2]);
  expect(sortedRows(table, rows, { column: 1, descending: false })).toEqual([1, 0, 3, 2]);
});

test("numbers are counted in bins, those beyond the bounds in the last ones", () => {
  const numbers = new Float32Array([0, 0.49, 0.5, 1, 7, -3, NaN]);
  expect(counts(numbers, [0, 1, 2, 3, 4, 5, 6], 0, 1, 2)).toEqual([3, 3]);
});
