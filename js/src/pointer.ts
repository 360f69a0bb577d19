// Pointer events → intents.

export interface PointerIntents {
  /** In fractions of the surface; null when the pointer leaves it. */
  hover(point: [x: number, y: number] | null): void;
  select(point: [x: number, y: number]): void;
}

export function listenToPointer(
  surface: HTMLElement,
  intents: PointerIntents,
  signal: AbortSignal,
): void {
  const place = (event: MouseEvent): [number, number] => {
    const box = surface.getBoundingClientRect();
    return [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
  };
  surface.addEventListener("pointermove", (event) => intents.hover(place(event)), { signal });
  surface.addEventListener("pointerleave", () => intents.hover(null), { signal });
  surface.addEventListener("click", (event) => intents.select(place(event)), { signal });
}
