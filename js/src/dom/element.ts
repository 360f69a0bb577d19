// Elements and their contents; text is never set as HTML.

const FOCUSABLE = new Set(["button", "input", "select", "summary"]);

export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  text?: string,
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  node.className = className;
  // JupyterLab looks for this attribute on the focused element, not on ancestors, before it runs a
  // one-key shortcut ("b" inserts a notebook cell).
  if (FOCUSABLE.has(tag)) node.dataset["lmSuppressShortcuts"] = "true";
  // The default type would submit a form around the widget.
  if (node instanceof HTMLButtonElement) node.type = "button";
  if (text !== undefined) node.textContent = text;
  return node;
}

export function attribute(node: Element, name: string, value: string): void {
  node.setAttribute(name, value);
}

/** Replace changed children only: text selections and a screen reader's place stay. */
export function showNodes(root: HTMLElement, nodes: (Node | string)[]): void {
  const next = document.createElement("div");
  next.append(...nodes);
  if (next.innerHTML !== root.innerHTML) root.replaceChildren(...next.childNodes);
}

/** Show a PNG; resolves once decoded. */
export function showPng(image: HTMLImageElement, bytes: DataView): Promise<void> {
  const url = URL.createObjectURL(new Blob([bytes as DataView<ArrayBuffer>], { type: "image/png" }));
  image.src = url;
  return image.decode().finally(() => URL.revokeObjectURL(url));
}

/** Set the text; hide an empty element. */
export function setText(node: HTMLElement, text: string): void {
  if (node.textContent !== text) node.textContent = text;
  node.hidden = text === "";
}
