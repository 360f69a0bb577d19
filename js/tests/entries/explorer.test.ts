import { beforeEach, describe, expect, test } from "vitest";
import widget from "../../src/entries/explorer";
import { collectControllers, fakeCanvas, fakeFrames, fakePictures } from "../support/browser";
import { find, settled } from "../support/elements";
import { StrictModel, traits } from "../support/explorer";

let model: StrictModel;
let el: HTMLElement;

beforeEach(() => {
  fakeCanvas();
  fakeFrames();
  fakePictures();
  model = new StrictModel(traits());
  el = document.createElement("div");
  return collectControllers();
});

const isShown = () => el.querySelector(".gx-root") !== null;
const host = () => find(el, ".gx-root").dataset["host"];

describe("render without a signal, as before anywidget 0.11,", () => {
  test("shows the widget until what it returns is called", () => {
    const end = widget.render({ model, el });
    expect(isShown()).toBe(true);
    expect(model.listening()).toBeGreaterThan(0);
    end();
    expect(isShown()).toBe(false);
    expect(model.listening()).toBe(0);
  });
});

describe("render with a signal", () => {
  test("shows the widget until it is aborted", () => {
    const controller = new AbortController();
    widget.render({ model, el, signal: controller.signal });
    expect(isShown()).toBe(true);
    controller.abort();
    expect(isShown()).toBe(false);
    expect(model.listening()).toBe(0);
  });

  test("shows the widget until what it returns is called", () => {
    const end = widget.render({ model, el, signal: new AbortController().signal });
    end();
    expect(isShown()).toBe(false);
  });

  test("may end both ways", () => {
    const controller = new AbortController();
    const end = widget.render({ model, el, signal: controller.signal });
    controller.abort();
    end();
    expect(isShown()).toBe(false);
  });

  test("shows nothing where it has ended already", () => {
    widget.render({ model, el, signal: AbortSignal.abort() });
    expect(isShown()).toBe(false);
    expect(model.listening()).toBe(0);
  });
});

describe("a view in a notebook", () => {
  test("has a kernel, until it is restarted", async () => {
    widget.render({ model, el });
    expect(host()).toBe("kernel");
    model.emit("comm_live_update");
    await settled();
    expect(host()).toBe("gone");
  });

  test("that was saved has none", () => {
    el.className = "jupyter-widgets-disconnected";
    widget.render({ model, el });
    expect(host()).toBe("gone");
  });
});
