import { describe, expect, test } from "vitest";
import { element, showNodes, showPng } from "../../src/dom/element";
import { fakePictures } from "../support/browser";
import { HTML } from "../support/elements";

describe("an element", () => {
  test("has its tag, its class and its text", () => {
    const node = element("p", "gx-note gx-quiet", "Hello");
    expect(node.outerHTML).toBe('<p class="gx-note gx-quiet">Hello</p>');
  });

  test("is empty without a text", () => {
    expect(element("div", "gx-run").childNodes).toHaveLength(0);
  });

  test.each(["button", "input", "select", "summary"] as const)(
    "that takes keys, a %s, keeps JupyterLab's one-key shortcuts out",
    (tag) => {
      expect(element(tag, "").getAttribute("data-lm-suppress-shortcuts")).toBe("true");
    },
  );

  test("shows HTML as text", () => {
    const node = element("p", "", HTML);
    expect(node.textContent).toBe(HTML);
    expect(node.children).toHaveLength(0);
  });
});

describe("nodes", () => {
  const paragraphs = (...lines: string[]) => lines.map((line) => element("p", "gx-note", line));

  test("are shown instead of what was there", () => {
    const root = element("div", "");
    showNodes(root, paragraphs("One."));
    showNodes(root, ["Two ", element("b", "", "three")]);
    expect(root.innerHTML).toBe('Two <b class="">three</b>');
  });

  test("that are the same leave what was there alone, so that it stays marked or focused", () => {
    const root = element("div", "");
    showNodes(root, paragraphs("One.", "Two."));
    const before = [...root.children];
    showNodes(root, paragraphs("One.", "Two."));
    expect([...root.children]).toEqual(before);
    expect(root.children[0]).toBe(before[0]);
  });

  test("differ where only an attribute does", () => {
    const root = element("div", "");
    showNodes(root, [element("p", "gx-quiet", "One.")]);
    showNodes(root, [element("p", "gx-note", "One.")]);
    expect(root.children[0]!.className).toBe("gx-note");
  });

  test("go where there are none", () => {
    const root = element("div", "");
    showNodes(root, paragraphs("One."));
    showNodes(root, []);
    expect(root.childNodes).toHaveLength(0);
  });

  test("show HTML as text", () => {
    const root = element("div", "");
    showNodes(root, [HTML]);
    expect(root.textContent).toBe(HTML);
    expect(root.children).toHaveLength(0);
  });
});

describe("a PNG", () => {
  // The bytes begin within their buffer, as a message's do.
  const bytes = new DataView(new Uint8Array([0, 0, 137, 80, 78, 71, 0]).buffer, 2, 4);

  test("is shown from its bytes", async () => {
    const { create } = fakePictures();
    const image = new Image();
    await showPng(image, bytes);
    const blob = create.mock.calls[0]![0] as Blob;
    expect(blob.type).toBe("image/png");
    expect([...new Uint8Array(await blob.arrayBuffer())]).toEqual([137, 80, 78, 71]);
    expect(image.src).toBe("blob:picture");
  });

  test("frees its URL once it is decoded, and not before", async () => {
    const { decode, revoke } = fakePictures();
    const { promise, resolve } = pending();
    decode.mockReturnValue(promise);
    const shown = showPng(new Image(), bytes);
    expect(revoke).not.toHaveBeenCalled();
    resolve();
    await shown;
    expect(revoke.mock.calls).toEqual([["blob:picture"]]);
  });

  test("frees its URL and says so where it cannot be decoded", async () => {
    const { decode, revoke } = fakePictures();
    decode.mockRejectedValue(new Error("no PNG"));
    await expect(showPng(new Image(), bytes)).rejects.toThrow("no PNG");
    expect(revoke.mock.calls).toEqual([["blob:picture"]]);
  });
});

function pending(): { promise: Promise<void>; resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
