// Saves a PNG, made here, and the page and data, made by the kernel.

import { listen } from "../dom/listen";
import { disclosure } from "../dom/disclosure";
import { element } from "../dom/element";
import type { Model, SavedFormat } from "../model/explorer_protocol";
import type { Host } from "../model/widget_model";

export interface SaveMenu {
  button: HTMLElement;
  panel: HTMLElement;
  update(): void;
}

export function saveMenu(
  model: Model,
  signal: AbortSignal,
  host: () => Host,
  snapshot: () => Promise<{ name: string; blob: Blob }>,
  showMessage: (text: string) => void,
): SaveMenu {
  const { button: opener, panel } = disclosure("Save", "gx-save gx-actions", signal);
  /** This view's requests; files for others are ignored. */
  const requests = new Set<string>();

  const button = (text: string, title: string, act: () => void) => {
    const node = element("button", "gx-button gx-small", text);
    node.title = title;
    listen(node, "click", act, signal);
    panel.append(node);
    return node;
  };
  const ask = (format: SavedFormat) => () => {
    const id = Math.random().toString(36).slice(2);
    requests.add(id);
    model.send({ type: "save", format, id });
  };
  button("Picture (.png)", "The map as shown", () => {
    snapshot().then(
      (file) => download(file.name, file.blob),
      () => showMessage("The picture cannot be saved here."),
    );
  });
  const kernels = [
    button("Page (.html)", "Opens without a kernel or network", ask("html")),
    button("Data (.npz)", "For Explanation.load in Python", ask("npz")),
  ];

  const receive = (content?: unknown, buffers?: DataView[]) => {
    const message = content as { type?: string; id?: string; name?: string };
    const [file] = buffers ?? [];
    if (message?.type !== "saved" || !requests.delete(message.id ?? "") || !file) return;
    download(message.name ?? "explanation", new Blob([file as DataView<ArrayBuffer>]));
  };
  model.on("msg:custom", receive);
  signal.addEventListener("abort", () => model.off("msg:custom", receive));

  const update = () => {
    for (const node of kernels) {
      node.hidden = host() === "page";
      node.disabled = host() !== "kernel";
    }
  };
  return { button: opener, panel, update };
}

function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.download = name;
  link.href = URL.createObjectURL(blob);
  link.click();
  // The browser reads the URL after the click.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
