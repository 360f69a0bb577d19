// A widget manager as Colab's: one for each output, which knows no kernel, and of which none hears
// what another one sends.

import * as base from "@jupyter-widgets/base";
import { ManagerBase } from "@jupyter-widgets/base-manager";
import "@jupyter-widgets/controls/css/widgets.css";
import { connected, environment, offer } from "./kernel.js";

const TARGET = "jupyter.widget";

/** Colab's runtime is lost without a sign. */
window.runtimeIsLost = false;

class Comm {
  constructor(comm) {
    this.comm = comm;
    this.comm_id = comm.commId;
  }
  on_msg(callback) {
    this.comm.onMsg = (message) => {
      if (!window.runtimeIsLost) return callback(received(message));
    };
  }
  on_close(callback) {
    this.comm.onClose = callback;
  }
  send(data, callbacks, metadata, buffers) {
    if (window.runtimeIsLost) return;
    const future = this.comm.send(asJson(data), metadata, buffers);
    const idle = { content: { execution_state: "idle" } };
    void future.done.then(() => callbacks?.iopub?.status?.(idle));
  }
  close() {}
}

class Manager extends ManagerBase {
  async loadClass(name, module) {
    if (module === "@jupyter-widgets/base") return base[name];
    if (module === "anywidget") return (await anywidget)[name];
    throw new Error(`There is no module ${module}.`);
  }
}

function asJson(value) {
  return JSON.parse(JSON.stringify(value));
}

function received(message) {
  const buffers = (message.buffers ?? []).map((bytes) => new Uint8Array(bytes.buffer ?? bytes));
  return { ...message, content: asJson(message.content), buffers };
}

const anywidget = new Promise((resolve) => {
  window.define = (_, make) => resolve(make(base));
  const script = document.createElement("script");
  script.src = `anywidget-${environment}.js`;
  document.head.append(script);
});

const kernel = await connected();
const manager = new Manager();
kernel.registerCommTarget(TARGET, (comm, message) =>
  manager.handle_comm_open(new Comm(comm), received(message)),
);
offer(kernel, async (id) => {
  const view = await manager.create_view(await manager.get_model(id));
  document.body.append(view.el);
});
