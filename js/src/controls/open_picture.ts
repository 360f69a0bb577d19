// A picture that is dropped, pasted or chosen goes to the kernel.

import { element } from "../dom/element";
import { MAX_UPLOAD, type Model } from "../model/explorer_protocol";
import type { Host } from "../model/widget_model";

export interface Opening {
  button: HTMLButtonElement;
  update(): void;
}

/** `tell` shows a sentence, or takes it away again. */
export function opening(
  model: Model,
  root: HTMLElement,
  signal: AbortSignal,
  host: () => Host,
  tell: (text: string) => void,
): Opening {
  const button = element("button", "gx-button gx-small", "Open picture …");
  const input = element("input", "gx-file");
  button.title = "Or drop one here, or paste one";
  input.type = "file";
  input.accept = "image/*";
  input.hidden = true;
  button.append(input);

  const open = async (file: File) => {
    if (host() !== "kernel") return tell("Opening a picture needs a kernel, and there is none.");
    if (file.size > MAX_UPLOAD) return tell(tooLarge(file));
    tell("");
    const bytes = await file.arrayBuffer().catch(() => null); // a folder, or a file that is gone
    if (!bytes) return tell(`“${file.name}” cannot be read.`);
    model.send({ type: "explain", name: file.name }, undefined, [bytes]);
  };

  button.addEventListener("click", () => input.click(), { signal });
  input.addEventListener("click", (event) => event.stopPropagation(), { signal });
  input.addEventListener(
    "change",
    () => {
      const file = input.files?.[0];
      if (file) void open(file);
      input.value = "";
    },
    { signal },
  );
  /** Neither the browser nor the notebook opens it as well. */
  const take = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const dragged = (over: boolean) => root.classList.toggle("gx-dropping", over);
  root.addEventListener(
    "dragover",
    (event) => {
      take(event);
      dragged(host() === "kernel");
    },
    { signal },
  );
  root.addEventListener(
    "dragleave",
    (event) => {
      if (!root.contains(event.relatedTarget as Node | null)) dragged(false);
    },
    { signal },
  );
  root.addEventListener(
    "drop",
    (event) => {
      take(event);
      dragged(false);
      const file = event.dataTransfer?.files[0];
      if (file) void open(file);
      else tell("What was dropped is no file. Drop a picture file, or paste a picture.");
    },
    { signal },
  );
  root.addEventListener(
    "paste",
    (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return; // text that goes into a field
      take(event);
      void open(file);
    },
    { signal },
  );

  const update = () => {
    button.disabled = host() !== "kernel";
    button.hidden = host() === "page";
  };
  return { button, update };
}

function tooLarge(file: File): string {
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return (
    `“${file.name}” has ${megabytes(file.size)} MB; at most ${megabytes(MAX_UPLOAD)} MB are taken ` +
    "from the browser. Make it smaller, or give it from Python: widget.explain(path)."
  );
}
