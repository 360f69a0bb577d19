// Saves a PNG, made here, and the page and data, made by the kernel.

import { listen } from "../dom/listen";
import { disclosure } from "../dom/disclosure";
import { element } from "../dom/element";
import type { Host, ModelOf } from "../model/widget_model";

export interface SaveMenu {
  button: HTMLElement;
  panel: HTMLElement;
  update(): void;
}

export type KernelFile<F> = [format: F, text: string, title: string];

type Saved<F> = ModelOf<object, { type: "save"; format: F; id: string }>;

/** `snapshot` makes a picture here. */
export function saveMenu<F>(
  model: Saved<F>,
  signal: AbortSignal,
  host: () => Host,
  snapshot: (() => Promise<{ name: string; blob: Blob }>) | null,
  showMessage: (text: string) => void,
  files: readonly KernelFile<F>[],
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
  const ask = (format: F) => () => {
    const id = Math.random().toString(36).slice(2);
    requests.add(id);
    model.send({ type: "save", format, id });
  };
  const draw = (picture: NonNullable<typeof snapshot>) => () => {
    picture().then(
      (file) => download(file.name, file.blob),
      () => showMessage("The picture cannot be saved here."),
    );
  };
  if (snapshot) button("Picture (.png)", "The map as shown", draw(snapshot));
  const kernels = files.map(([format, text, title]) => button(text, title, ask(format)));

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
