// The live picture that a click opens lies elsewhere on the page, often out of view: it is brought into view.

/** Milliseconds between two looks. */
const OFTEN = 100;
/** Looks until nothing is expected any more. */
const LOOKS = 600;
const MOVES_ON = ["wheel", "touchmove", "pointerdown", "keydown"];

export interface LivePicture {
  /** Wait for the live picture that opens next; what the reader does meanwhile ends that. */
  follow(): void;
  /** Bring the last one into view again. */
  show(): void;
}

export function livePicture(signal: AbortSignal): LivePicture {
  let last: HTMLElement | undefined;
  let timer: ReturnType<typeof setInterval> | undefined;
  const end = () => {
    clearInterval(timer);
    for (const event of MOVES_ON) document.removeEventListener(event, end, true);
  };
  signal.addEventListener("abort", end);
  const show = () => {
    const behavior = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
    last?.scrollIntoView({ block: "nearest", behavior });
  };
  const follow = () => {
    end();
    const before = new Set(pictures(document));
    let [height, left] = [0, LOOKS];
    timer = setInterval(() => {
      last = pictures(document).find((one) => !before.has(one));
      const now = last?.offsetHeight ?? 0;
      if (now > 0 && now === height) {
        end();
        show();
      }
      height = now;
      if (--left === 0) end();
    }, OFTEN);
    for (const event of MOVES_ON) document.addEventListener(event, end, { capture: true, passive: true });
  };
  return { follow, show };
}

/** All live pictures: marimo keeps each widget in a shadow of the page. */
function pictures(root: ParentNode): HTMLElement[] {
  const shadows = [...root.querySelectorAll("*")].flatMap((node) => node.shadowRoot ?? []);
  return [...root.querySelectorAll<HTMLElement>(".gx-root[data-status]"), ...shadows.flatMap(pictures)];
}
