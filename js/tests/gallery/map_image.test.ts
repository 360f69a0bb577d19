import { expect, test } from "vitest";
import { mapsImage, showPlace } from "../../src/gallery/map_image";

test("orange for, blue against, clear at zero", () => {
  // What Python's zlib and struct make of (213, 94, 0, 217), (0, 114, 178, 0); (0, 114, 178, 109), (0, 114, 178, 217).
  expect(mapsImage([Int8Array.from([127, 0, -64, -127])], 2)).toBe(
    "data:image/png;base64," +
      "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAYAAABytg0kAAAAHUlEQVR4AQESAO3/ANVeANkAcrIA" +
      "AABysm0AcrLZOfEGv4COcJgAAAAASUVORK5CYII=",
  );
});

test("a map of many cells takes several blocks", async () => {
  const bytes = Uint8Array.from(atob(mapsImage([new Int8Array(200 * 100).fill(127)], 200).slice(22)), (one) => one.charCodeAt(0));
  const lines = new Blob([bytes.slice(41, -16)]).stream().pipeThrough(new DecompressionStream("deflate"));
  expect((await new Response(lines).arrayBuffer()).byteLength).toBe(100 * (1 + 4 * 200));
});

test("maps stand side by side, a clear column between them", async () => {
  const maps = [Int8Array.from([127, 127]), Int8Array.from([-127, -127])];
  const bytes = Uint8Array.from(atob(mapsImage(maps, 1).slice(22)), (one) => one.charCodeAt(0));
  const lines = new Blob([bytes.slice(41, -16)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const line = [0, 213, 94, 0, 217, 0, 0, 0, 0, 0, 114, 178, 217];
  expect([...new Uint8Array(await new Response(lines).arrayBuffer())]).toEqual([...line, ...line]);
});

test("an element shows one map of several", () => {
  const styleOf = (place: number, count: number) => {
    const node = document.createElement("span");
    showPlace(node, place, count, 8);
    return [node.style.backgroundSize, node.style.backgroundPosition];
  };
  expect(styleOf(0, 1)).toEqual(["100% 100%", "0% 0px"]);
  expect(styleOf(2, 3)).toEqual(["325% 100%", "100% 0px"]);
});
