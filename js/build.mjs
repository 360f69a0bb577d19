// Bundle src/ into the Python package. The output is committed, so that installing needs no Node;
// `node build.mjs --check` fails where it differs from what the sources give.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const outputs = {
  "explorer.js": "src/entries/explorer.ts",
  "explorer.css": "src/styles/explorer.css",
  "explorer_page.js": "src/entries/explorer_page.ts",
  "comparison.js": "src/entries/comparison.ts",
  "comparison.css": "src/styles/comparison.css",
  "comparison_page.js": "src/entries/comparison_page.ts",
  "gallery.js": "src/entries/gallery.ts",
  "gallery.css": "src/styles/gallery/gallery.css",
  "gallery_page.js": "src/entries/gallery_page.ts",
};
/** Bytes of a widget's script and style together: a saved notebook holds them once per widget. */
const MAX_WIDGET_BYTES = 72 * 1024;
const check = process.argv.includes("--check");
let failed = false;
const sizes = { explorer: 0, comparison: 0, gallery: 0 };

for (const [name, entry] of Object.entries(outputs)) {
  const result = await build({
    absWorkingDir: here,
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    minify: true,
    write: false,
  });
  const path = `${here}../gridexplainer_widget/static/${name}`;
  const text = result.outputFiles[0].text;
  const [widget] = name.split(".");
  if (widget in sizes) sizes[widget] += Buffer.byteLength(text);
  if (!check) {
    await writeFile(path, text);
  } else if ((await readFile(path, "utf8").catch(() => "")) !== text) {
    console.error(`static/${name} differs from what js/src gives: run "make build" and commit it.`);
    failed = true;
  }
}
for (const [widget, size] of Object.entries(sizes)) {
  if (size <= MAX_WIDGET_BYTES) continue;
  console.error(`${widget}.js and ${widget}.css take ${size} bytes; at most ${MAX_WIDGET_BYTES} are allowed.`);
  failed = true;
}
process.exit(failed ? 1 : 0);
