// VS Code's own widget manager, as its extension starts it.

import { connected, environment, offer } from "./kernel.js";

const VERSIONS = { older: 7, newest: 8 };
const version = VERSIONS[environment];

window.requirejs.config({ paths: { anywidget: `anywidget-${environment}` } });
const file = `./ipywidgets${version}.js`;
const { activate } = await import(file);
activate();
window[`vscIPyWidgets${version}`].load();

const kernel = await connected();
const loader = {
  widgetsRegisteredInRequireJs: new Set(["anywidget"]),
  loadWidgetScript: async () => {},
  successHandler: () => {},
  errorHandler: (...failure) => console.error(...failure),
};
const output = document.querySelector("#output");
const manager = new window.vscIPyWidgets.WidgetManager(kernel, output, loader, () => {});
offer(kernel, async (id) => {
  const model = await manager.get_model(id);
  const view = await manager.create_view(model);
  await manager.display_view({}, view, { node: output });
});
