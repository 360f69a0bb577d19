import { beforeEach, describe, expect, test, vi } from "vitest";
import { openPicture, type OpenPicture } from "../../src/controls/open_picture";
import { MAX_UPLOAD, UPLOAD_TYPES } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { fakeCanvas } from "../support/browser";
import { find, HTML, settled } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let root: HTMLElement;
let view: OpenPicture;
let host: Host;
const tell = vi.fn<(text: string) => void>();
const sending = vi.fn<(name: string) => void>();

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  tell.mockReset();
  sending.mockReset();
  model = new StrictModel(traits());
  root = document.createElement("div");
  view = openPicture(model, root, controller.signal, () => host, tell, sending);
  root.append(view.button, document.createElement("input"));
  document.body.replaceChildren(root);
  view.update();
});

const photo = (name = "cat.png", bytes: BlobPart = new Uint8Array([1, 2, 3])) =>
  new File([bytes], name, { type: "image/png" });

/** A file that only says how large it is. */
function large(size: number, name = "large.png"): File {
  const file = photo(name);
  vi.spyOn(file, "size", "get").mockReturnValue(size);
  return file;
}

/** An event that carries files, as a drop or a paste does. */
function give(type: string, carried: "dataTransfer" | "clipboardData", ...files: File[]): Event {
  const event = new Event(type, { bubbles: true, cancelable: true });
  Object.assign(event, { [carried]: { files } });
  find(root, "input").dispatchEvent(event);
  return event;
}

const drop = (...files: File[]) => give("drop", "dataTransfer", ...files);
const paste = (...files: File[]) => give("paste", "clipboardData", ...files);

function choose(...files: File[]): void {
  const input = find<HTMLInputElement>(view.button, "input[type=file]");
  Object.defineProperty(input, "files", { value: files, configurable: true });
  input.dispatchEvent(new Event("change"));
}

const sent = () => model.attached.map((buffers) => buffers.map((one) => [...new Uint8Array(one)]));

/** Reading a file takes the browser a moment. */
async function read(): Promise<void> {
  await vi.waitFor(() => expect(model.sent).not.toEqual([]));
}

describe("a picture", () => {
  test.each([
    ["dropped", drop],
    ["pasted", paste],
    ["chosen", choose],
  ])("that is %s goes to the kernel as it is, with its name", async (_, give) => {
    give(photo());
    await read();
    expect(model.sent).toEqual([{ type: "explain", name: "cat.png" }]);
    expect(sent()).toEqual([[[1, 2, 3]]]);
    expect(tell.mock.calls).toEqual([[""]]);
    expect(sending.mock.calls).toEqual([["cat.png"]]);
  });

  test("is told before it is read", () => {
    drop(photo());
    expect(sending.mock.calls).toEqual([["cat.png"]]);
    expect(model.sent).toEqual([]);
  });

  test("is the first of several", async () => {
    drop(photo("one.png"), photo("two.png"));
    await read();
    await settled();
    expect(model.sent).toEqual([{ type: "explain", name: "one.png" }]);
  });

  test("of just the size that is taken is sent as it is", async () => {
    const decode = vi.fn();
    vi.stubGlobal("createImageBitmap", decode);
    drop(large(MAX_UPLOAD));
    await read();
    expect(tell.mock.calls).toEqual([[""]]);
    expect(decode).not.toHaveBeenCalled();
    expect(sent()).toEqual([[[1, 2, 3]]]);
  });

  test("changes no trait", async () => {
    drop(photo());
    await read();
    expect(model.saved).toEqual([]);
  });
});

describe("a picture that is too large to be sent", () => {
  /** What the browser decodes and encodes: pixels, and bytes of a JPEG. */
  function browser(width: number, height: number, jpeg: Blob | null = new Blob([new Uint8Array([7, 8])])) {
    const context = fakeCanvas();
    const image = { width, height, close: vi.fn() };
    vi.stubGlobal("createImageBitmap", vi.fn().mockResolvedValue(image));
    const canvases: HTMLCanvasElement[] = [];
    vi.spyOn(HTMLCanvasElement.prototype, "toBlob").mockImplementation(function (this: HTMLCanvasElement, done, type) {
      canvases.push(this);
      done(type === "image/jpeg" ? jpeg : null);
    });
    return { context, image, size: () => canvases.map((canvas) => [canvas.width, canvas.height]) };
  }

  test.each([
    ["wide", 6000, 4000, 2048, 1365],
    ["tall", 3000, 6000, 1024, 2048],
    ["long and thin", 60000, 2, 2048, 1],
    ["small, of many bytes", 1000, 800, 1000, 800],
  ])("is made smaller where it is %s, and sent under its name", async (_, width, height, ...size) => {
    const made = browser(width, height);
    drop(large(MAX_UPLOAD + 1));
    await read();
    expect(model.sent).toEqual([{ type: "explain", name: "large.png" }]);
    expect(sent()).toEqual([[[7, 8]]]);
    expect(made.size()).toEqual([size]);
    expect(made.context.args("drawImage")).toEqual([[made.image, 0, 0, ...size]]);
    expect(made.image.close).toHaveBeenCalledOnce();
    expect(tell.mock.calls).toEqual([[""]]);
    expect(sending.mock.calls).toEqual([["large.png"]]);
  });

  test("lies on white, as in Python: a JPEG would make what is transparent black", async () => {
    const { context } = browser(4000, 4000);
    drop(large(MAX_UPLOAD + 1));
    await read();
    const [ground] = context.of("fillRect");
    expect([ground?.fillStyle, ground?.args]).toEqual(["#fff", [0, 0, 2048, 2048]]);
    const names = context.calls.map((call) => call.name);
    expect(names.indexOf("fillRect")).toBeLessThan(names.indexOf("drawImage"));
  });

  test.each<[string, Blob | null]>([
    ["cannot be encoded", null],
    ["is still too large", { size: MAX_UPLOAD + 1 } as Blob],
  ])("and %s is told, and not sent", async (_, jpeg) => {
    browser(6000, 4000, jpeg);
    drop(large(MAX_UPLOAD + 1));
    await vi.waitFor(() => expect(tell.mock.lastCall?.[0]).toContain("nor make it smaller"));
    expect(model.sent).toEqual([]);
    expect(sending.mock.lastCall).toEqual([""]);
  });

  test("in a browser without a canvas is told, and not sent", async () => {
    browser(6000, 4000);
    vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
    drop(large(MAX_UPLOAD + 1));
    await vi.waitFor(() => expect(tell.mock.lastCall?.[0]).toContain("nor make it smaller"));
    expect(model.sent).toEqual([]);
  });
});

describe("what cannot be explained is told and not sent:", () => {
  beforeEach(() => {
    vi.stubGlobal("createImageBitmap", () => Promise.reject(new Error("no picture")));
  });

  const told = async () => {
    await vi.waitFor(() => expect(tell.mock.lastCall?.[0]).toBeTruthy());
    await settled();
    expect(model.sent).toEqual([]);
    expect(sending.mock.lastCall?.[0] ?? "").toBe("");
    return tell.mock.lastCall![0];
  };

  test("a drop without a file", async () => {
    drop();
    expect(await told()).toBe("Drop a picture file, or paste a picture.");
  });

  test("a file that is too large and no picture that the browser knows, before it is read", async () => {
    const file = large(12.34 * 2 ** 20);
    const bytes = vi.spyOn(file, "arrayBuffer");
    drop(file);
    expect(await told()).toBe(
      "“large.png” has 12.3 MB, and the browser can neither send more than 8.0 MB nor make it smaller. " +
        "Open it from Python: widget.explain(path).",
    );
    expect(bytes).not.toHaveBeenCalled();
  });

  test("one byte too much", async () => {
    drop(large(MAX_UPLOAD + 1));
    expect(await told()).toContain("more than 8.0 MB");
  });

  test("a folder, or a file that is gone", async () => {
    const file = photo("folder");
    vi.spyOn(file, "arrayBuffer").mockRejectedValue(new Error("NotReadableError"));
    drop(file);
    expect(await told()).toBe("“folder” cannot be read. Choose a picture file.");
  });

  test.each(["gone", "page"] as const)("any picture, where the host is “%s”", async (without) => {
    host = without;
    drop(photo());
    expect(await told()).toBe("Opening a picture needs a running kernel. Run the notebook again.");
  });

  test("a name that is HTML, as it is", async () => {
    drop(large(MAX_UPLOAD + 1, HTML));
    expect(await told()).toContain(`“${HTML}”`);
  });
});

test("what was told goes with the next picture", async () => {
  drop();
  drop(photo());
  await read();
  expect(tell.mock.calls.map(([text]) => text !== "")).toEqual([true, false]);
});

describe("the browser", () => {
  test.each([
    ["drop", drop],
    ["paste", paste],
  ])("and the notebook do nothing of their own on a %s", (_, give) => {
    const above = vi.fn();
    document.body.addEventListener("drop", above, { once: true });
    document.body.addEventListener("paste", above, { once: true });
    expect(give(photo()).defaultPrevented).toBe(true);
    expect(above).not.toHaveBeenCalled();
  });

  test("does not leave the page on a drop that nobody can answer", () => {
    host = "page";
    expect(give("dragover", "dataTransfer").defaultPrevented).toBe(true);
    expect(drop(photo()).defaultPrevented).toBe(true);
  });

  test("pastes text into a field as ever", () => {
    expect(paste().defaultPrevented).toBe(false);
    expect(tell).not.toHaveBeenCalled();
  });

  test("lets the same file be chosen again", () => {
    const input = find<HTMLInputElement>(view.button, "input");
    const set = vi.spyOn(input, "value", "set");
    choose(photo());
    expect(set.mock.calls).toEqual([[""]]);
  });

  test("says nothing where no file was chosen after all", () => {
    choose();
    expect(tell).not.toHaveBeenCalled();
  });
});

describe("while a file is over the widget", () => {
  const over = () => root.classList.contains("gx-dropping");
  const leave = (relatedTarget: Element) =>
    root.dispatchEvent(new MouseEvent("dragleave", { relatedTarget }));

  test("it says that it takes it, until it is dropped", () => {
    give("dragover", "dataTransfer");
    expect(over()).toBe(true);
    drop(photo());
    expect(over()).toBe(false);
  });

  test("it says so until the file has left, not as it goes from part to part", () => {
    give("dragover", "dataTransfer");
    leave(view.button);
    expect(over()).toBe(true);
    leave(document.body);
    expect(over()).toBe(false);
  });

  test.each(["gone", "page"] as const)("it invites nobody where the host is “%s”", (without) => {
    host = without;
    give("dragover", "dataTransfer");
    expect(over()).toBe(false);
  });
});

describe("the button", () => {
  test("opens the browser's list of files, once", () => {
    const input = find<HTMLInputElement>(view.button, "input");
    const clicked = vi.spyOn(input, "click");
    view.button.click();
    expect(clicked).toHaveBeenCalledOnce();
    expect(input.accept.split(",")).toEqual([...UPLOAD_TYPES]);
  });

  test.each([
    ["kernel", false, false],
    ["gone", true, false],
    ["page", true, true],
  ] as const)("with the host “%s” is disabled: %s, hidden: %s", (next, disabled, hidden) => {
    host = next;
    view.update();
    expect([view.button.disabled, view.button.hidden]).toEqual([disabled, hidden]);
  });
});

test("nothing is taken after the end", async () => {
  controller.abort();
  expect(drop(photo()).defaultPrevented).toBe(false);
  paste(photo());
  choose(photo());
  await settled();
  expect(model.sent).toEqual([]);
  expect(tell).not.toHaveBeenCalled();
});
