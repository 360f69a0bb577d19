// A running kernel, named in the page's address.

import { KernelManager, ServerConnection } from "@jupyterlab/services";

const address = new URLSearchParams(location.search);

/** The kernel's Python environment; each has an anywidget of its own. */
export const environment = address.get("environment");

export async function connected() {
  const serverSettings = ServerConnection.makeSettings({
    baseUrl: `${location.origin}/`,
    wsUrl: `ws://${location.host}/`,
    token: address.get("token"),
    appendToken: true,
  });
  const manager = new KernelManager({ serverSettings });
  const kernel = manager.connectTo({ model: { id: address.get("kernel"), name: environment } });
  await kernel.info;
  return kernel;
}

/** Let tests run code, and have what it displays shown; `show` takes a model's id. */
export function offer(kernel, show) {
  const run = async (code) => {
    const [outputs, displayed] = [[], []];
    const future = kernel.requestExecute({ code });
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === "stream") outputs.push(content.text);
      if (header.msg_type === "error") throw new Error(content.evalue);
      const view = content.data?.["application/vnd.jupyter.widget-view+json"];
      if (view) displayed.push(view.model_id);
    };
    const reply = await future.done;
    if (reply.content.status !== "ok") throw new Error(reply.content.evalue);
    for (const id of displayed) await show(id);
    return { text: outputs.join(""), displayed };
  };
  window.host = { run, show };
}
