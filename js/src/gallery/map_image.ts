// Maps as one image: an uncompressed PNG of a pixel for each cell, maps side by side. Canvases would be layers, which
// cost more in each frame of a scroll than all else, and an image for each map costs more than what is left. Loops rather
// than spreads: a line's image is made within a frame. Pure functions.

import { HUES, MAP_APPEARANCE } from "../cells/colors";

const HUE = HUES[MAP_APPEARANCE.colormap];
const [SUPPORTS, AGAINST] = [channelsOf(HUE.supports), channelsOf(HUE.against)] as const;

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const RGBA_8_BITS = [8, 6, 0, 0, 0];
const BLOCK = 0xffff;

/** Maps of values from -127 to 127, row by row → the address of an image; between maps a column is clear. */
export function mapsImage(maps: Int8Array[], columns: number): string {
  const [width, height] = [atlasWidth(maps.length, columns), maps[0]!.length / columns];
  const lines = new Uint8Array(height * (1 + 4 * width)); // each begins with 0: no filter
  maps.forEach((values, place) => {
    for (let cell = 0; cell < values.length; cell++) {
      const [value, column] = [values[cell]!, cell % columns];
      const at = ((cell - column) / columns) * (1 + 4 * width) + 1 + 4 * (place * (columns + 1) + column);
      const color = value > 0 ? SUPPORTS : AGAINST;
      for (let channel = 0; channel < 3; channel++) lines[at + channel] = color[channel]!;
      lines[at + 3] = Math.round((255 * MAP_APPEARANCE.opacity * Math.abs(value)) / 127);
    }
  });
  const header = new Uint8Array([...word(width), ...word(height), ...RGBA_8_BITS]);
  const chunks = [chunk("IHDR", header), chunk("IDAT", stored(lines)), chunk("IEND", new Uint8Array())];
  return dataUrl("image/png", joined([new Uint8Array(SIGNATURE), ...chunks]));
}

/** Show one of the maps of such an image as the background of an element. */
export function showPlace(node: HTMLElement, place: number, count: number, columns: number): void {
  const width = atlasWidth(count, columns);
  node.style.backgroundSize = `${(100 * width) / columns}% 100%`;
  node.style.backgroundPosition = `${(100 * place * (columns + 1)) / Math.max(1, width - columns)}% 0`;
}

function atlasWidth(count: number, columns: number): number {
  return count * (columns + 1) - 1;
}

export function dataUrl(type: string, bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, at + 4096) as unknown as number[]); // a spread takes five times as long
  }
  return `data:${type};base64,${btoa(text)}`;
}

/** #rrggbb → bytes. */
function channelsOf(hex: string): number[] {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
}

function chunk(name: string, content: Uint8Array): Uint8Array {
  const named = joined([Uint8Array.from(name, (letter) => letter.charCodeAt(0)), content]);
  return joined([word(content.length), named, word(checked(named))]);
}

/** zlib's format without compression, in blocks. */
function stored(content: Uint8Array): Uint8Array {
  const found: Uint8Array[] = [new Uint8Array([0x78, 0x01])];
  for (let at = 0; at < content.length; at += BLOCK) {
    const block = content.subarray(at, at + BLOCK);
    const [low, high] = [block.length & 255, block.length >> 8];
    found.push(new Uint8Array([Number(at + BLOCK >= content.length), low, high, low ^ 255, high ^ 255]), block);
  }
  let [one, other] = [1, 0];
  for (let at = 0; at < content.length; at++) {
    one = (one + content[at]!) % 65521;
    other = (other + one) % 65521;
  }
  return joined([...found, word(other * 65536 + one)]);
}

function joined(parts: Uint8Array[]): Uint8Array {
  const made = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    made.set(part, at);
    at += part.length;
  }
  return made;
}

function word(number: number): Uint8Array {
  return new Uint8Array([number >>> 24, number >>> 16, number >>> 8, number]);
}

const REMAINDERS = Int32Array.from({ length: 256 }, (_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? (byte >>> 1) ^ 0xedb88320 : byte >>> 1;
  return byte;
});

/** CRC-32. */
function checked(bytes: Uint8Array): number {
  let sum = -1;
  for (let at = 0; at < bytes.length; at++) sum = REMAINDERS[(sum ^ bytes[at]!) & 255]! ^ (sum >>> 8);
  return ~sum;
}
