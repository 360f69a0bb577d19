// What the tests share: traits, a model that is strict, and the parts of a browser that happy-dom
// does not have.

import { vi } from "vitest";
import {
  COMMANDS,
  FRONT_END_TRAITS,
  KERNEL_TRAITS,
  type Command,
  type Curve,
  type Evidence,
  type Traits,
} from "../../src/model/explorer_protocol";
import { StaticModel } from "../../src/model/static_model";
import type { Host, Listener } from "../../src/model/widget_model";

export const HTML = "<img src=x onerror=alert(1)>";

/** Drops as the kernel sends them: little-endian float32. */
export function scoresOf(...drops: number[]): DataView {
  const bytes = new DataView(new ArrayBuffer(4 * drops.length));
  drops.forEach((drop, index) => bytes.setFloat32(4 * index, drop, true));
  return bytes;
}

export function bytesOf(...bytes: number[]): DataView {
  return new DataView(new Uint8Array(bytes).buffer);
}

/** 2×3 cells on 5×7 pixels, the third pending: cells begin at rows 0 2 5 and columns 0 2 4 7. */
export function traits(changes: Partial<Traits> = {}): Traits {
  return {
    picture: bytesOf(1, 2, 3),
    labels: ["cat", "dog", "fox", "owl"],
    prediction: {
      target: 1,
      probability: 0.75,
      saturated: false,
      top: [
        [1, 0.75],
        [0, 0.2],
        [3, 0.04],
      ],
    },
    grid: { rows: 2, columns: 3, height: 5, width: 7 },
    scores: scoresOf(0.5, -0.2, NaN, 0, 0.06, 0.25),
    status: "running",
    progress: { done: 5, total: 6, rate: 2, left: 0.5 },
    evidence: {},
    curve: {},
    error: "",
    notes: [],
    about: { model: "TinyNet", preprocessing: "ImageNet", output: "softmax" },
    check: {},
    fills: ["cell-mean", "blur", "gray"],
    grid_size: [2, 3],
    fill: "cell-mean",
    target: null,
    score: "probability",
    value: [],
    keep: false,
    colormap: "orange-blue",
    opacity: 0.85,
    numbers: true,
    scale: "relative",
    threshold: 0,
    ...changes,
  };
}

/** What the kernel says of the first cell: without it, the cat wins. */
export function evidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    cells: [[0, 0]],
    keep: false,
    picture: bytesOf(4, 5, 6),
    drop: 0.5,
    sum: null,
    synergy: null,
    classes: [
      [1, 0.75, 0.25],
      [0, 0.2, 0.7],
      [3, 0.04, 0.05],
    ],
    ...changes,
  };
}

/** A whole curve over the five scored cells of `traits()`. */
export function curve(changes: Partial<Curve> = {}): Curve {
  return {
    counts: [0, 1, 2, 3, 4, 5],
    deletion: [0.75, 0.25, 0.1, 0.1, 0.1, 0.3],
    insertion: [0.05, 0.4, 0.6, 0.7, 0.7, 0.75],
    running: false,
    ...changes,
  };
}

/** A connection whose host becomes another one when a test says so. */
export function fakeConnection(host: Host = "kernel") {
  let changed = () => {};
  return {
    host: () => host,
    watch: (callback: () => void) => {
      changed = callback;
    },
    offered: (): number[] | null => null,
    become(next: Host) {
      host = next;
      changed();
    },
  };
}

/** Refuses what the kernel would; what is set crosses the wire with save_changes only. */
export class StrictModel extends StaticModel {
  /** What each save_changes sent. */
  readonly saved: Partial<Traits>[] = [];
  /** The buffers of each command. */
  readonly attached: ArrayBuffer[][] = [];
  private unsaved: Partial<Traits> = {};

  override get<K extends keyof Traits>(name: K): Traits[K] {
    if (!isTrait(name)) throw new Error(`There is no trait ${name}.`);
    return super.get(name);
  }

  override set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    if (!isOneOf(FRONT_END_TRAITS, name)) throw new Error(`${name} is not the front end's.`);
    this.unsaved[name] = value;
    super.set(name, value);
  }

  override save_changes(): void {
    this.saved.push(this.unsaved);
    this.unsaved = {};
  }

  override send(content: Command, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    if (!isOneOf(COMMANDS, content.type)) throw new Error(`${content.type} is no command.`);
    this.attached.push(buffers);
    super.send(content);
  }

  override on(event: string, callback: Listener): void {
    if (!OTHER_EVENTS.includes(event) && !isTrait(event.replace("change:", ""))) throw new Error(`${event} is no event.`);
    super.on(event, callback);
  }

  /** A message from the kernel. */
  receive(changes: Partial<Traits>): void {
    for (const [name, value] of Object.entries(changes)) super.set(name as keyof Traits, value);
  }

  /** An event that is no change of a trait. */
  tell(event: string, content?: unknown, buffers?: DataView[]): void {
    for (const callback of this["listeners"].get(event) ?? []) callback(content, buffers);
  }

  /** How many callbacks listen. */
  listening(): number {
    return [...this["listeners"].values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }
}

/** What a model tells besides changes of its traits. */
const OTHER_EVENTS = ["msg:custom", "comm_live_update"];

function isOneOf(names: readonly string[], name: string): boolean {
  return names.includes(name);
}

function isTrait(name: string): boolean {
  return isOneOf(KERNEL_TRAITS, name) || isOneOf(FRONT_END_TRAITS, name);
}

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
