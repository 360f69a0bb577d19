// What a comparison shows of its maps. Pure functions.

import type { Asked, MapRecord, Progress, Status } from "../model/comparison_protocol";
import type { Host } from "../model/widget_model";
import { decodeScores, isFailed, largestOf } from "../cells/scores";

/** The map of each method; null where the kernel has not heard of it yet. */
export function mapsOf(methods: readonly Asked[], maps: readonly MapRecord[]): (MapRecord | null)[] {
  const left = [...maps];
  return methods.map(([name, said]) => {
    const place = left.findIndex((map) => map.method === name && map.layer === said);
    return place < 0 ? null : left.splice(place, 1)[0]!;
  });
}

/** How far one of the maps is. */
export function progressOf(
  map: MapRecord | null,
  maps: readonly MapRecord[],
  progress: readonly Progress[],
): Progress {
  return (map && progress[maps.indexOf(map)]) ?? null;
}

/** Where the work is: nothing is stopped once every map is finished, nothing goes on without a kernel. */
export function statusOf(status: Status, host: Host, maps: readonly (MapRecord | null)[]): Status {
  const halted = host === "gone" || status === "stopped";
  if (!halted) return status;
  return maps.every((map) => map?.status === "done" || map?.status === "failed") ? "done" : "stopped";
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
