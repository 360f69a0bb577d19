// Listeners that end with the view.

type Target = Pick<EventTarget, "addEventListener">;

export function listen<K extends keyof HTMLElementEventMap>(
  target: Target,
  type: K | "visibilitychange",
  heard: (event: HTMLElementEventMap[K]) => void,
  signal: AbortSignal,
): void {
  target.addEventListener(type, heard as EventListener, { signal });
}
