import { beforeEach, expect, test } from "vitest";
import widget from "../../src/entries/comparison";
import { collectControllers, fakeCanvas, fakeFrames, fakePictures } from "../support/browser";
import { comparison, StrictComparison } from "../support/comparison";
import { find, settled } from "../support/elements";

let model: StrictComparison;
let el: HTMLElement;

beforeEach(() => {
  fakeCanvas();
  fakeFrames();
  fakePictures();
  model = new StrictComparison(comparison());
  el = document.createElement("div");
  return collectControllers();
});

test("the comparison is shown until what render returns is called", () => {
  const end = widget.render({ model, el });
  expect(el.querySelectorAll(".gx-panel").length).toBe(3);
  end();
  expect(el.childElementCount).toBe(0);
  expect(model.listening()).toBe(0);
});

test("it has a kernel, until that is restarted", async () => {
  widget.render({ model, el });
  const root = find(el, ".gx-root");
  expect(root.dataset["host"]).toBe("kernel");
  model.emit("comm_live_update");
  await settled();
  expect(root.dataset["host"]).toBe("gone");
});
