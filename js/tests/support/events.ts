// What a user does.

/** Choose an option, or move a slider through some values. */
export function enter(control: HTMLSelectElement | HTMLInputElement, ...values: (string | number)[]): void {
  for (const value of values) {
    control.value = String(value);
    control.dispatchEvent(new Event(control instanceof HTMLSelectElement ? "change" : "input"));
  }
}

export function pressKey(node: HTMLElement, key: string, options: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, ...options });
  node.dispatchEvent(event);
  return event;
}

/** A pointer event at a fraction of an element, with the sizes of `fakeSizes`. */
export function pointAt(node: HTMLElement, type: string, x = 0, y = 0, options: PointerEventInit = {}): void {
  const place = { clientX: 10 + 210 * x, clientY: 20 + 150 * y, pointerId: 1, isPrimary: true };
  node.dispatchEvent(new PointerEvent(type, { ...place, bubbles: true, cancelable: true, ...options }));
}
