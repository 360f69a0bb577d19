import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { livePicture } from "../../src/gallery/live_picture";

const intoView = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  intoView.mockClear();
  document.body.replaceChildren();
});
afterEach(() => {
  vi.useRealTimers();
});

/** A live picture, so many pixels high. */
function opened(into: Node, height: () => number = () => 400): void {
  const made = document.createElement("div");
  made.className = "gx-root";
  made.dataset["status"] = "running";
  Object.defineProperty(made, "offsetHeight", { get: height });
  made.scrollIntoView = intoView;
  into.appendChild(made);
}

test("the next live picture is brought into view once it has its height", () => {
  opened(document.body);
  const live = livePicture(new AbortController().signal);
  live.follow();
  vi.advanceTimersByTime(1000);
  expect(intoView).not.toHaveBeenCalled();
  let height = 20;
  opened(document.body, () => height++ && Math.min(height, 24));
  vi.advanceTimersByTime(300);
  expect(intoView).not.toHaveBeenCalled();
  vi.advanceTimersByTime(700);
  expect(intoView).toHaveBeenCalledExactlyOnceWith({ block: "nearest", behavior: "smooth" });
  live.show();
  expect(intoView).toHaveBeenCalledTimes(2);
});

test("so it is in a shadow, and at once for those who want no motion", () => {
  vi.stubGlobal("matchMedia", () => ({ matches: true }));
  const host = document.body.appendChild(document.createElement("div"));
  const live = livePicture(new AbortController().signal);
  live.follow();
  opened(host.attachShadow({ mode: "open" }));
  vi.advanceTimersByTime(300);
  expect(intoView).toHaveBeenCalledExactlyOnceWith({ block: "nearest", behavior: "auto" });
  vi.unstubAllGlobals();
});

test.each(["wheel", "touchmove", "pointerdown", "keydown"])("a reader who moves on (%s) is left alone", (event) => {
  livePicture(new AbortController().signal).follow();
  document.body.dispatchEvent(new Event(event, { bubbles: true }));
  opened(document.body);
  vi.advanceTimersByTime(1000);
  expect(intoView).not.toHaveBeenCalled();
});

test("a view that is gone moves nothing", () => {
  const gone = new AbortController();
  livePicture(gone.signal).follow();
  gone.abort();
  opened(document.body);
  vi.advanceTimersByTime(1000);
  expect(intoView).not.toHaveBeenCalled();
});
