// Bytes as they cross the wire and stand in pages.

/** Drops as the kernel sends them: little-endian float32. */
export function scoresOf(...drops: number[]): DataView {
  const bytes = new DataView(new ArrayBuffer(4 * drops.length));
  drops.forEach((drop, index) => bytes.setFloat32(4 * index, drop, true));
  return bytes;
}

export function bytesOf(...bytes: number[]): DataView {
  return new DataView(new Uint8Array(bytes).buffer);
}

export function base64Of(bytes: DataView): string {
  const characters = Array.from(new Uint8Array(bytes.buffer), (byte) => String.fromCharCode(byte));
  return btoa(characters.join(""));
}
