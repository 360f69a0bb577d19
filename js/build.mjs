// Bundle src/ into the Python package. The output is committed, so that installing needs no Node;
// `node build.mjs --check` fails where it differs from what the sources give.
import { build } from "esbuild";
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { minify } from "terser";

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
/** Names that never cross a wire and are none of the browser's; each is written out a hundred times. */
const INTERNAL = /^(element|update|appearance|hardlyChanged|showMessage|duplicates|dragging|abandon|active|showActive|supports|against|extend|panel|selected|hovered|popup|listbox|ratio|pale|sending|coming|alerts|begin|leave|choose|hide|forget)$/;
/** What esbuild leaves: 3 % of the scripts. */
const SMALLER = {
  module: true,
  ecma: 2020,
  compress: {
    ecma: 2020,
    passes: 6,
    toplevel: true,
    pure_getters: true,
    unsafe: true, // nobody has changed what String and its like are
    unsafe_arrows: true,
    unsafe_methods: true,
  },
  format: { comments: false },
};
/** Variables that scripts set. */
const SET_BY_SCRIPTS = new Set(["--gx-shape", "--gx-popup-height"]);
/** Both widgets' styles may be on one page: a variable has the same short name in both. */
function shortened(css) {
  return css.replaceAll(/--gx-[a-z-]+/g, (name) => {
    if (SET_BY_SCRIPTS.has(name)) return name;
    const hash = [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 1296, 7);
    if ((names.get(hash) ?? name) !== name) throw new Error(`${name} and ${names.get(hash)} get one name.`);
    names.set(hash, name);
    return `--x${hash.toString(36)}`;
  }).replaceAll(/(--[a-z0-9-]+): /g, "$1:");
}
const names = new Map();
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
    mangleProps: INTERNAL,
    minify: true,
    write: false,
  });
  const path = `${here}../gridexplainer_widget/static/${name}`;
  const bundled = result.outputFiles[0].text;
  const text = name.endsWith(".js") ? (await minify(bundled, SMALLER)).code : shortened(bundled);
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
