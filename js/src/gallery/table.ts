// Which pictures are shown, and in which order. Pure functions.

import type { About, Traits } from "../model/gallery_protocol";

/** All columns, decoded. */
export interface Table {
  about: About;
  names: string[];
  predicted: Int16Array;
  label: Int16Array;
  numbers: Float32Array[];
  /** Width over height of each picture. */
  aspects: Float32Array;
  maps: Int8Array;
}

export type Right = "all" | "right" | "wrong";

export type Range = readonly [low: number, high: number];

export interface Filter {
  right: Right;
  /** A predicted class; -1 for all. */
  predicted: number;
  /** By column; null where all numbers are shown, also unknown ones. */
  ranges: (Range | null)[];
}

/** `column` is -1 for the order of the study. */
export interface Order {
  column: number;
  descending: boolean;
}

export function tableOf(traits: Pick<Traits, "about" | "names" | "codes" | "numbers" | "aspects" | "maps">): Table {
  const { about, names } = traits;
  const count = about.pictures;
  const predicted = new Int16Array(count);
  const label = new Int16Array(count);
  for (let row = 0; row < count; row++) {
    predicted[row] = traits.codes.getInt16(4 * row, true);
    label[row] = traits.codes.getInt16(4 * row + 2, true);
  }
  const numbers = about.numbers.map((_, column) => floats(traits.numbers, column * count, count));
  const aspects = floats(traits.aspects, 0, count);
  const { buffer, byteOffset, byteLength } = traits.maps;
  const maps = new Int8Array(buffer as ArrayBuffer, byteOffset, byteLength);
  return { about, names, predicted, label, numbers, aspects, maps };
}

function floats(bytes: DataView, from: number, count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, at) => bytes.getFloat32(4 * (from + at), true));
}

export function everything(about: About): Filter {
  return { right: "all", predicted: -1, ranges: about.numbers.map(() => null) };
}

export function isFiltered(filter: Filter): boolean {
  return filter.right !== "all" || filter.predicted >= 0 || filter.ranges.some((range) => range !== null);
}

/** Rows that a filter lets through; `without` leaves out the range of one column. */
export function filteredRows(table: Table, filter: Filter, without = -1): number[] {
  const rows: number[] = [];
  for (let row = 0; row < table.about.pictures; row++) {
    if (isThrough(table, filter, row, without)) rows.push(row);
  }
  return rows;
}

function isThrough(table: Table, filter: Filter, row: number, without: number): boolean {
  const predicted = table.predicted[row]!;
  const label = table.label[row]!;
  if (filter.predicted >= 0 && predicted !== filter.predicted) return false;
  if (filter.right !== "all" && (label < 0 || (label === predicted) !== (filter.right === "right"))) return false;
  return filter.ranges.every((range, column) => {
    if (range === null || column === without) return true;
    const number = table.numbers[column]![row]!;
    return number >= range[0] && number <= range[1]; // NaN is in no range
  });
}

/** Sort rows; unknown numbers come last, equal ones stay in the order of the study. */
export function sortedRows(table: Table, rows: number[], order: Order): number[] {
  const numbers = table.numbers[order.column];
  if (!numbers) return rows;
  const sign = order.descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const [first, second] = [numbers[a]!, numbers[b]!];
    if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second)) || a - b;
    return sign * (first - second) || a - b;
  });
}

/** Count the known numbers of rows in bins of equal width; those beyond the bounds fall in the last ones. */
export function counts(numbers: Float32Array, rows: number[], low: number, high: number, bins: number): number[] {
  const found = new Array<number>(bins).fill(0);
  for (const row of rows) {
    const number = numbers[row]!;
    if (Number.isNaN(number)) continue;
    const bin = Math.floor((bins * (number - low)) / (high - low));
    found[Math.min(bins - 1, Math.max(0, bin))]!++;
  }
  return found;
}
