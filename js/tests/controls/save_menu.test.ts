import { beforeEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { saveMenu, type SaveMenu } from "../../src/controls/save_menu";
import { FILES } from "../../src/explorer/view";
import { SAVED_FORMATS } from "../../src/model/explorer_protocol";
import type { Host } from "../../src/model/widget_model";
import { bytesOf } from "../support/bytes";
import { buttonOf, settled } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let controller: AbortController;
let model: StrictModel;
let view: SaveMenu;
let host: Host;
let downloads: { name: string; href: string }[];
let blobs: Blob[];
const tell = vi.fn<(text: string) => void>();
const snapshot = vi.fn<() => Promise<{ name: string; blob: Blob }>>();

beforeEach(() => {
  controller = new AbortController();
  host = "kernel";
  tell.mockReset();
  snapshot.mockReset();
  snapshot.mockResolvedValue({ name: "dog-2x3.png", blob: new Blob(["picture"]) });
  model = new StrictModel(traits());
  view = show();
  [downloads, blobs] = [[], []];
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    blobs.push(blob as Blob);
    return `blob:${blobs.length}`;
  });
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    downloads.push({ name: this.download, href: this.href });
  });
});

function show(): SaveMenu {
  const made = saveMenu(model, controller.signal, () => host, snapshot, tell, FILES);
  made.update();
  return made;
}

const button = (text: string, of = view) => buttonOf(of.panel, text);

/** The ids of what was asked for. */
const ids = () => model.sent.map((command) => (command.type === "save" ? command.id : ""));

/** The kernel's answer. */
function answer(content: unknown, ...buffers: DataView[]): void {
  model.emit("msg:custom", content, buffers);
}

test("the formats fold away behind one button", () => {
  expect([view.button.textContent, view.panel.hidden]).toEqual(["Save", true]);
  view.button.click();
  expect(view.panel.hidden).toBe(false);
});

describe("a page and data", () => {
  test.each([
    ["Page (.html)", "html"],
    ["Report (.html)", "report"],
    ["Data (.npz)", "npz"],
  ] as const)("“%s” is asked of the kernel as %s", (text, format) => {
    button(text).click();
    expect(model.sent).toEqual([{ type: "save", format, id: expect.stringMatching(/^\w{5,}$/) }]);
    expect(SAVED_FORMATS).toContain(format);
    expect(model.saved).toEqual([]);
    expect(downloads).toEqual([]);
  });

  test("are downloaded once they have come, under the kernel's name", async () => {
    button("Data (.npz)").click();
    answer({ type: "saved", id: ids()[0], name: "dog-2x3.npz" }, bytesOf(7, 8, 9));
    expect(downloads).toEqual([{ name: "dog-2x3.npz", href: "blob:1" }]);
    expect([...new Uint8Array(await blobs[0]!.arrayBuffer())]).toEqual([7, 8, 9]);
  });

  test("are told apart when they are asked for at once", () => {
    button("Data (.npz)").click();
    button("Page (.html)").click();
    const [data, page] = ids();
    expect(data).not.toBe(page);
    answer({ type: "saved", id: page, name: "dog.html" }, bytesOf(1));
    answer({ type: "saved", id: data, name: "dog.npz" }, bytesOf(2));
    expect(downloads.map(({ name }) => name)).toEqual(["dog.html", "dog.npz"]);
  });

  test("are downloaded by the view that asked, and by no other", () => {
    const other = show();
    button("Data (.npz)", other).click();
    answer({ type: "saved", id: ids()[0], name: "dog.npz" }, bytesOf(1));
    expect(downloads).toHaveLength(1);
  });

  test("are downloaded once, even if they come again", () => {
    button("Data (.npz)").click();
    for (let i = 0; i < 2; i++) answer({ type: "saved", id: ids()[0], name: "dog.npz" }, bytesOf(1));
    expect(downloads).toHaveLength(1);
  });

  test("have a name even if the kernel gives none", () => {
    button("Data (.npz)").click();
    answer({ type: "saved", id: ids()[0] }, bytesOf(1));
    expect(downloads[0]?.name).toBe("explanation");
  });

  test("free their memory, but not before the browser has read them", () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const revoke = vi.spyOn(URL, "revokeObjectURL").mockReturnValue();
    button("Data (.npz)").click();
    answer({ type: "saved", id: ids()[0], name: "dog.npz" }, bytesOf(1));
    vi.advanceTimersByTime(10_000);
    expect(revoke).not.toHaveBeenCalled();
    vi.runAllTimers();
    expect(revoke.mock.calls).toEqual([["blob:1"]]);
  });
});

describe("a message that is no answer is left alone:", () => {
  test.each([
    ["another id", { type: "saved", id: "mine" }],
    ["no id", { type: "saved" }],
    ["another type", { type: "else" }],
    ["nothing", undefined],
    ["null", null],
  ])("%s", (_, content) => {
    button("Data (.npz)").click();
    answer(content, bytesOf(1));
    expect(downloads).toEqual([]);
  });

  test("no file", () => {
    button("Data (.npz)").click();
    answer({ type: "saved", id: ids()[0], name: "dog.npz" });
    expect(downloads).toEqual([]);
  });
});

describe("a picture", () => {
  test("is made here, without the kernel", async () => {
    button("Picture (.png)").click();
    await settled();
    expect(downloads).toEqual([{ name: "dog-2x3.png", href: "blob:1" }]);
    expect(model.sent).toEqual([]);
  });

  test("that cannot be made is told", async () => {
    snapshot.mockRejectedValue(new Error("tainted"));
    button("Picture (.png)").click();
    await settled();
    expect(tell.mock.calls).toEqual([["The picture cannot be saved here."]]);
    expect(downloads).toEqual([]);
  });
});

describe("with the host", () => {
  test.each([
    ["kernel", [false, false, false, false], [false, false, false, false]],
    ["gone", [false, true, true, true], [false, false, false, false]],
    ["page", [false, true, true, true], [false, true, true, true]],
  ] as const)("“%s” the buttons are disabled: %j, hidden: %j", (next, disabled, hidden) => {
    host = next;
    view.update();
    const buttons = [...view.panel.querySelectorAll("button")];
    expect(buttons.map((node) => node.textContent)).toEqual([
      "Picture (.png)",
      "Page (.html)",
      "Report (.html)",
      "Data (.npz)",
    ]);
    expect(buttons.map((node) => node.disabled)).toEqual(disabled);
    expect(buttons.map((node) => node.hidden)).toEqual(hidden);
  });
});

test("nothing is asked for or downloaded after the end", () => {
  button("Data (.npz)").click();
  const [id] = ids();
  controller.abort();
  answer({ type: "saved", id, name: "dog.npz" }, bytesOf(1));
  button("Page (.html)").click();
  expect(downloads).toEqual([]);
  expect(model.sent).toHaveLength(1);
  expect(model.listening()).toBe(0);
});
