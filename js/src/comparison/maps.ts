// The maps of a comparison, their progress and values. Pure functions.

import { decodeScores, isFailed, largestOf } from "../cells/scores";
import type { MapRecord, MethodRequest, Progress } from "../model/comparison_protocol";
import type { Host, Status } from "../model/widget_model";

/** One map per method; null until the kernel has the request. */
export function mapsOf(methods: readonly MethodRequest[], maps: readonly MapRecord[]): (MapRecord | null)[] {
  const left = [...maps];
  return methods.map(([name, options]) => {
    const place = left.findIndex((map) => map.method === name && map.layer === options);
    return place < 0 ? null : left.splice(place, 1)[0]!;
  });
}

export function progressOf(
  map: MapRecord | null,
  maps: readonly MapRecord[],
  progress: readonly Progress[],
): Progress {
  return (map && progress[maps.indexOf(map)]) ?? null;
}

/** As the kernel says, but "done" once all maps are; nothing runs without a kernel. */
export function statusOf(status: Status, host: Host, maps: readonly (MapRecord | null)[]): Status {
  const halted = host === "gone" || status === "stopped";
  if (!halted) return status;
  return maps.every((map) => map?.status === "done" || map?.status === "failed") ? "done" : "stopped";
}

/** NaN until they arrive. */
export function valuesOf(map: MapRecord | null, cells: number): Float32Array {
  const values = map?.values ? decodeScores(map.values) : null;
  return values?.length === cells ? values : new Float32Array(cells).fill(NaN);
}

/** Values divided by the largest, −1..1. */
export function shares(values: Float32Array): Float32Array {
  const largest = largestOf(values);
  return values.map((value) => (largest === 0 || isFailed(value) ? value : value / largest));
}
