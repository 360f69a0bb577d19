// Sends a dropped, pasted or chosen picture to the kernel.

import { element } from "../dom/element";
import { MAX_UPLOAD, UPLOAD_TYPES, type Model } from "../model/explorer_protocol";
import type { Host } from "../model/widget_model";

export interface OpenPicture {
  button: HTMLButtonElement;
  update(): void;
}

/** `showMessage("")` removes the message. */
export function openPicture(
  model: Model,
  root: HTMLElement,
  signal: AbortSignal,
  host: () => Host,
  showMessage: (text: string) => void,
): OpenPicture {
  const button = element("button", "gx-button gx-small", "Open picture …");
  const input = element("input", "gx-file");
  button.title = "Or drop one here, or paste one";
  input.type = "file";
  input.accept = UPLOAD_TYPES.join();
  input.hidden = true;
  button.append(input);

  const open = async (file: File) => {
    if (host() !== "kernel") return showMessage("Opening a picture needs a running kernel. Run the notebook again.");
    if (file.size > MAX_UPLOAD) return showMessage(tooLarge(file));
    showMessage("");
    const bytes = await file.arrayBuffer().catch(() => null); // a folder or deleted file
    if (!bytes) return showMessage(`“${file.name}” cannot be read. Choose a picture file.`);
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
  /** Keep browser and notebook from opening the file. */
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
      else showMessage("That was not a file. Drop a picture file, or paste a picture.");
    },
    { signal },
  );
  root.addEventListener(
    "paste",
    (event) => {
      const file = event.clipboardData?.files[0];
      if (!file) return; // text for an input
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
    `“${file.name}” has ${megabytes(file.size)} MB; the browser can send at most ` +
    `${megabytes(MAX_UPLOAD)} MB. Make it smaller, or open it from Python: widget.explain(path).`
  );
}
