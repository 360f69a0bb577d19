// Elements and their contents. Text is set as text, never as HTML.

const FOCUSABLE = new Set(["button", "input", "select", "summary"]);

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  // JupyterLab matches one-key shortcuts ("b" inserts a notebook cell) against the focused element
  // itself: the attribute must stand there, not on an ancestor.
  if (FOCUSABLE.has(tag)) node.dataset["lmSuppressShortcuts"] = "true";
  // A button without a type would submit a form around the widget.
  if (node instanceof HTMLButtonElement) node.type = "button";
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Replace an element's children, unless they are the same: a text selection or a screen reader's
    place in them stays. */
export function showNodes(root: HTMLElement, nodes: (Node | string)[]): void {
  const next = document.createElement("div");
  next.append(...nodes);
  if (next.innerHTML !== root.innerHTML) root.replaceChildren(...next.childNodes);
}

/** Show PNG bytes in an image; resolves once it is decoded. */
export function showPng(image: HTMLImageElement, bytes: DataView): Promise<void> {
  const url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/png" }));
  image.src = url;
  return image.decode().finally(() => URL.revokeObjectURL(url));
}
