// Elements in one line. Text is set as text, never as HTML.

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Show an image from PNG bytes; the URL is freed once it is decoded. */
export function showPng(image: HTMLImageElement, bytes: DataView): Promise<void> {
  const url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/png" }));
  image.src = url;
  return image.decode().finally(() => URL.revokeObjectURL(url));
}
