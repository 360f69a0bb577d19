// Sends a dropped, pasted or chosen picture to the kernel.

import { listen } from "../dom/listen";
import { element } from "../dom/element";
import { MAX_UPLOAD, UPLOAD_TYPES } from "../model/explorer_protocol";
import type { Host, ModelOf } from "../model/widget_model";

export interface OpenPicture {
  button: HTMLButtonElement;
  update(): void;
}

/** `showMessage("")` removes the message; `sending(name)` tells what is on its way, "" nothing. */
export function openPicture(
  model: ModelOf<object, { type: "explain"; name: string }>,
  root: HTMLElement,
  signal: AbortSignal,
  host: () => Host,
  showMessage: (text: string) => void,
  sending: (name: string) => void,
): OpenPicture {
  const button = element("button", "gx-button", "Open picture …");
  const input = element("input", "gx-file");
  button.title = "Or drop or paste one";
  input.type = "file";
  input.accept = UPLOAD_TYPES.join();
  input.hidden = true;
  button.append(input);

  const open = async (file: File) => {
    if (host() !== "kernel") return showMessage("Opening a picture needs a running kernel. Run the notebook again.");
    showMessage("");
    sending(file.name);
    const small = file.size > MAX_UPLOAD ? await smaller(file) : file;
    if (!small) return fail(tooLarge(file));
    const bytes = await small.arrayBuffer().catch(() => null); // a folder or deleted file
    if (!bytes) return fail(`“${file.name}” cannot be read. Choose a picture file.`);
    model.send({ type: "explain", name: file.name }, undefined, [bytes]);
  };

  const fail = (text: string) => {
    sending("");
    showMessage(text);
  };

  listen(button, "click", () => input.click(), signal);
  listen(input, "click", (event) => event.stopPropagation(), signal);
  listen(input, "change", () => {
    const file = input.files?.[0];
    if (file) void open(file);
    input.value = "";
  }, signal);
  /** Keep browser and notebook from opening the file. */
  const take = (event: Event) => {
    event.preventDefault();
    event.stopPropagation();
  };
  const dragged = (over: boolean) => root.classList.toggle("gx-dropping", over);
  listen(root, "dragover", (event) => {
    take(event);
    dragged(host() === "kernel");
  }, signal);
  listen(root, "dragleave", (event) => {
    if (!root.contains(event.relatedTarget as Node | null)) dragged(false);
  }, signal);
  listen(root, "drop", (event) => {
    take(event);
    dragged(false);
    const file = event.dataTransfer?.files[0];
    if (file) void open(file);
    else showMessage("Drop a picture file, or paste a picture.");
  }, signal);
  listen(root, "paste", (event) => {
    const file = event.clipboardData?.files[0];
    if (!file) return; // text for an input
    take(event);
    void open(file);
  }, signal);

  const update = () => {
    button.disabled = host() !== "kernel";
    button.hidden = host() === "page";
  };
  return { button, update };
}

/** In pixels: more than any classifier sees. */
const MAX_SIDE = 2048;

/** A large photograph with MAX_SIDE pixels on its longer side; null where the browser cannot read it. */
async function smaller(file: File): Promise<Blob | null> {
  const image = await createImageBitmap(file).catch(() => null);
  if (!image) return null;
  const share = Math.min(1, MAX_SIDE / Math.max(image.width, image.height));
  const canvas = element("canvas", "");
  canvas.width = Math.max(1, Math.round(share * image.width));
  canvas.height = Math.max(1, Math.round(share * image.height));
  const context = canvas.getContext("2d");
  if (!context) return null;
  context.fillStyle = "#fff"; // a JPEG has no alpha; Python lays it over white, too
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.imageSmoothingQuality = "high";
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/jpeg", 0.95));
  return blob && blob.size <= MAX_UPLOAD ? blob : null;
}

function tooLarge(file: File): string {
  const megabytes = (bytes: number) => (bytes / 2 ** 20).toFixed(1);
  return (
    `“${file.name}” has ${megabytes(file.size)} MB, and the browser can neither send more than ` +
    `${megabytes(MAX_UPLOAD)} MB nor make it smaller. Open it from Python: widget.explain(path).`
  );
}
