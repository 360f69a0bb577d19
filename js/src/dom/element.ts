// Elements in one line. Text is set as text, never as HTML.

const FOCUSABLE = new Set(["button", "input", "select", "summary"]);

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  // JupyterLab's one-key shortcuts match the focused element itself ("b" would insert a notebook
  // cell) and leave alone only an element that says so: the mark on an ancestor comes too late.
  if (FOCUSABLE.has(tag)) node.dataset["lmSuppressShortcuts"] = "true";
  // Without a type, a button would submit a form that a page may have around it.
  if (node instanceof HTMLButtonElement) node.type = "button";
  if (text !== undefined) node.textContent = text;
  return node;
}

/** Fill an element, unless it holds the same already: what is read or marked there stays so. */
export function showNodes(root: HTMLElement, nodes: (Node | string)[]): void {
  const next = document.createElement("div");
  next.append(...nodes);
  if (next.innerHTML !== root.innerHTML) root.replaceChildren(...next.childNodes);
}

/** Show an image from PNG bytes; the URL is freed once it is decoded. */
export function showPng(image: HTMLImageElement, bytes: DataView): Promise<void> {
  const url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/png" }));
  image.src = url;
  return image.decode().finally(() => URL.revokeObjectURL(url));
}
