// What a comparison shows of its maps. Pure functions.

import type { Asked, MapRecord } from "./compare_protocol";
import { decodeScores, isFailed, largestOf } from "./scores";

/** The map of each method; null where the kernel has not heard of it yet. */
export function mapsOf(methods: readonly Asked[], maps: readonly MapRecord[]): (MapRecord | null)[] {
  const left = [...maps];
  return methods.map(([name, layer]) => {
    const place = left.findIndex((map) => map.method === name && map.layer === layer);
    return place < 0 ? null : left.splice(place, 1)[0]!;
  });
}

/** A map's numbers; nothing is known where none have come. */
export function valuesOf(map: MapRecord | null, cells: number): Float32Array {
  const values = map?.values ? decodeScores(map.values) : null;
  return values?.length === cells ? values : new Float32Array(cells).fill(NaN);
}

/** −1..1, so that each map's own largest has the full colour. */
export function shares(values: Float32Array): Float32Array {
  const largest = largestOf(values);
  return values.map((value) => (largest === 0 || isFailed(value) ? value : value / largest));
}
