// Find and read elements.

export const HTML = "<img src=x onerror=alert(1)>";

/** The first element that a selector finds; an error where there is none. */
export function find<T extends HTMLElement = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (!found) throw new Error(`Nothing is ${selector}.`);
  return found;
}

/** Whether pressing it does nothing. */
export function isOff(node: HTMLButtonElement): boolean {
  return node.disabled || node.getAttribute("aria-disabled") === "true";
}

export function texts(root: ParentNode, selector: string): (string | null)[] {
  return [...root.querySelectorAll(selector)].map((node) => node.textContent);
}

/** All promises and microtasks that are ready. */
export async function settled(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve();
}

export function buttonOf(root: ParentNode, text: string): HTMLButtonElement {
  return [...root.querySelectorAll("button")].find((node) => node.textContent === text)!;
}

/** The control whose label begins with a title. */
export function controlOf<T extends HTMLElement>(root: ParentNode, title: string): T {
  const label = [...root.querySelectorAll(".gx-field")].find((node) => node.textContent!.startsWith(title));
  return find<T>(label!, "select, input");
}

/** The texts of elements that are not hidden themselves. */
export function visibleTexts(root: ParentNode, selector: string): (string | null)[] {
  const nodes = [...root.querySelectorAll<HTMLElement>(selector)];
  return nodes.filter((node) => !node.hidden).map((node) => node.textContent);
}
