import { beforeEach, expect, test, vi } from "vitest";
import { kernelConnection, pageConnection } from "../../src/model/connection";
import { StaticModel } from "../../src/model/static_model";
import { traits } from "../support/explorer";

class ManagedModel extends StaticModel {
  widget_manager: { kernel?: object | null } = { kernel: {} };
  /** What anywidget's model passes on when its kernel is restarted. */
  restarted = () => {};

  override on(event: string, callback: () => void): void {
    if (event === "comm_live_update") this.restarted = callback;
    else super.on(event, callback);
  }

  override off(event: string): void {
    if (event === "comm_live_update") this.restarted = () => {};
  }
}

let model: ManagedModel;
let el: HTMLElement;
let controller: AbortController;
const changed = vi.fn();

beforeEach(() => {
  model = new ManagedModel(traits());
  el = document.createElement("div");
  controller = new AbortController();
  changed.mockReset();
});

function watched() {
  const connection = kernelConnection(model, el, controller.signal);
  connection.watch(changed);
  return connection;
}

test("a kernel answers until it is restarted", () => {
  const connection = watched();
  expect(connection.host()).toBe("kernel");
  model.restarted();
  expect(connection.host()).toBe("gone");
  expect(changed).toHaveBeenCalledOnce();
});

test("a shutdown is seen by whoever comes near, and another kernel does not answer instead", () => {
  const connection = watched();
  for (const event of ["pointermove", "pointerdown", "focusin"]) el.dispatchEvent(new Event(event));
  expect(changed).not.toHaveBeenCalled();
  model.widget_manager.kernel = null;
  el.dispatchEvent(new Event("pointermove"));
  expect(changed).toHaveBeenCalledOnce();
  model.widget_manager.kernel = {};
  el.dispatchEvent(new Event("focusin"));
  expect(changed).toHaveBeenCalledOnce();
  expect(connection.host()).toBe("gone");
});

test("a saved notebook has no kernel from the start", () => {
  el.className = "jupyter-widgets-disconnected";
  expect(watched().host()).toBe("gone");
});

test("a host whose widget manager tells nothing has a kernel", () => {
  const connection = kernelConnection(new StaticModel(traits()), el, controller.signal);
  expect(connection.host()).toBe("kernel");
});

test("nothing is listened to once the view is gone", () => {
  watched();
  controller.abort();
  model.restarted();
  model.widget_manager.kernel = null;
  el.dispatchEvent(new Event("pointermove"));
  expect(changed).not.toHaveBeenCalled();
});

test("a page answers for the classes that were recorded", () => {
  expect(pageConnection([3, 1]).host()).toBe("page");
  expect(pageConnection([3, 1]).offered()).toEqual([3, 1]);
});
