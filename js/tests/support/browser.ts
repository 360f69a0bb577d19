// The parts of a browser that happy-dom does not have.

import { vi } from "vitest";

const METHODS = [
  "setTransform",
  "clearRect",
  "createPattern",
  "drawImage",
  "save",
  "restore",
  "beginPath",
  "rect",
  "clip",
  "fillRect",
  "strokeRect",
  "moveTo",
  "lineTo",
  "stroke",
  "fillText",
  "strokeText",
  "putImageData",
  "scale",
];

interface Call {
  name: string;
  args: unknown[];
  fillStyle: string;
  strokeStyle: string;
  lineWidth: number;
  operation: string;
}

/** A 2D context that writes down what is drawn, with numbers rounded to a millionth. */
export class FakeContext {
  readonly calls: Call[] = [];
  fillStyle = "";
  strokeStyle = "";
  lineWidth = 0;
  font = "";
  textAlign = "";
  textBaseline = "";
  globalCompositeOperation = "source-over";
  image = { data: new Uint8ClampedArray() };

  constructor() {
    for (const name of METHODS) {
      Object.assign(this, { [name]: (...args: unknown[]) => this.record(name, args) });
    }
  }

  getImageData(...args: unknown[]) {
    this.record("getImageData", args);
    return this.image;
  }

  /** A letter is 6 wide. */
  measureText(text: string) {
    return { width: 6 * text.length };
  }

  /** What is filled with it tells its colours. */
  createLinearGradient() {
    const stops: string[] = [];
    const addColorStop = (place: number, color: string) => stops.push(`${place} ${color}`);
    return { addColorStop, toString: () => stops.join(", ") };
  }

  /** The calls of one method. */
  of(name: string): Call[] {
    return this.calls.filter((call) => call.name === name);
  }

  /** The arguments of one method's calls. */
  args(name: string): unknown[][] {
    return this.of(name).map((call) => call.args);
  }

  private record(name: string, args: unknown[]): void {
    const rounded = args.map((arg) => (typeof arg === "number" ? Number(arg.toFixed(6)) : arg));
    const { fillStyle, strokeStyle, lineWidth, globalCompositeOperation: operation } = this;
    this.calls.push({ name, args: rounded, fillStyle, strokeStyle, lineWidth, operation });
  }
}

export function fakeCanvas(): FakeContext {
  const context = new FakeContext();
  const get = vi.spyOn(HTMLCanvasElement.prototype, "getContext");
  get.mockReturnValue(context as unknown as CanvasRenderingContext2D & GPUCanvasContext);
  return context;
}

/** Frames that are drawn when a test says so. */
export function fakeFrames(): { run(): number } {
  let queue: FrameRequestCallback[] = [];
  vi.stubGlobal("requestAnimationFrame", (callback: FrameRequestCallback) => queue.push(callback));
  const run = () => {
    const ready = queue;
    queue = [];
    for (const callback of ready) callback(0);
    return ready.length;
  };
  return { run };
}

/** Pictures of 7×5 pixels that need no decoder. */
export function fakePictures() {
  vi.spyOn(HTMLImageElement.prototype, "naturalWidth", "get").mockReturnValue(7);
  vi.spyOn(HTMLImageElement.prototype, "naturalHeight", "get").mockReturnValue(5);
  const create = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:picture");
  const revoke = vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
  const decode = vi.spyOn(HTMLImageElement.prototype, "decode").mockResolvedValue();
  return { create, revoke, decode };
}

/** Media queries of which some match, and a change of them. */
export function fakeMedia(...matching: string[]): { change(): void } {
  const target = new EventTarget();
  vi.stubGlobal("matchMedia", (query: string) => {
    const add = target.addEventListener.bind(target);
    return { matches: matching.includes(query), addEventListener: add };
  });
  return { change: () => target.dispatchEvent(new Event("change")) };
}

/** Every element is 210×150 CSS pixels large and begins at (10, 20); a cell is about 70×75. */
export function fakeSizes(): void {
  vi.spyOn(HTMLElement.prototype, "clientWidth", "get").mockReturnValue(210);
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(150);
  const box = vi.spyOn(Element.prototype, "getBoundingClientRect");
  box.mockReturnValue(new DOMRect(10, 20, 210, 150));
}

/** Collect all controllers that a test makes, for code that never ends; returns how to abort them. */
export function collectControllers(): () => void {
  const made: AbortController[] = [];
  class Collected extends AbortController {
    constructor() {
      super();
      made.push(this);
    }
  }
  vi.stubGlobal("AbortController", Collected);
  return () => made.forEach((controller) => controller.abort());
}
