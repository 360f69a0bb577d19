// One view of a comparison, removed when the signal aborts.

import { openPicture } from "../controls/open_picture";
import { saveMenu, type KernelFile } from "../controls/save_menu";
import { element, showPng } from "../dom/element";
import { followTheme } from "../dom/theme";
import { paleCopy } from "../grid/paint";
import { FRONT_END_TRAITS, KERNEL_TRAITS, type Model, type SavedFormat } from "../model/comparison_protocol";
import type { Connection } from "../model/connection";
import { updateOnChange } from "../model/updates";
import { filled } from "../model/widget_model";
import { sidesOf } from "../text/classes";
import { newsText } from "../text/map_text";
import { comparisonHeader } from "./header";
import { comparisonLegend } from "./legend";
import { linkCells } from "./linked_cells";
import { mapSettings } from "./map_settings";
import type { Pictures } from "./map_view";
import { mapsOf, statusOf } from "./maps";
import { glossary } from "./metric_row";
import { comparisonNotices } from "./notices";
import { panelList } from "./panel_list";
import { picturePanel } from "./picture_panel";
import { readout } from "./readout";

const FILES: KernelFile<SavedFormat>[] = [
  ["png", "Sheet (.png)", "All maps, with their figures"],
  ["html", "Page (.html)", "Opens without a kernel and without a network"],
];

export function mountComparison(
  model: Model,
  el: HTMLElement,
  signal: AbortSignal,
  connection: Connection,
): void {
  const { host } = connection;
  const root = element("div", "gx-root gx-compare");
  const body = element("div", "gx-panels");
  let pictures: Pictures | null = null;

  const send = () => {
    if (host() !== "gone") model.save_changes();
  };
  // A hover redraws only the marks.
  const draw = () => {
    drawing = false;
    if (signal.aborted || !pictures) return;
    const grid = filled(model.get("grid"));
    const parts = [picture, ...list.panels];
    for (const part of parts) part.draw(pictures, grid);
    read.draw();
    if (grid) for (const part of parts) part.describe(grid);
  };
  let drawing = false;
  const redraw = () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(draw);
  };
  const linkedCells = linkCells<object>(model, send, redraw);

  const list = panelList(body, model, host, linkedCells, redraw, send, () => head.focus());
  const notices = comparisonNotices(model, connection);
  const settings = mapSettings(model, signal, host);
  const save = saveMenu(model, signal, host, null, notices.showMessage, FILES);
  const open = openPicture(model, root, signal, host, notices.showMessage, (name) => {
    notices.sending(name);
    update();
  });
  const head = comparisonHeader(model, signal, connection, list.add, [open.button, save.button, settings.button]);
  const legend = comparisonLegend();
  const read = readout(model, host, linkedCells, signal);
  const picture = picturePanel(model, linkedCells, redraw, signal);
  const meanings = glossary();
  body.append(picture.element);
  root.append(head.element, save.panel, settings.panel, notices.alerts);
  root.append(legend.element, read.element, body, meanings.element);
  root.append(notices.refused, notices.live);
  el.append(root);
  followTheme(root, signal);

  let shown: DataView | null = null;
  const load = async (bytes: DataView) => {
    shown = bytes;
    const image = new Image();
    const decoded = await showPng(image, bytes).then(() => true, () => false);
    if (shown !== bytes) return; // a newer picture has arrived
    notices.broken(!decoded);
    body.hidden = !decoded;
    if (!decoded) return;
    body.style.setProperty("--gx-shape", String(image.naturalWidth / image.naturalHeight));
    pictures = { picture: image, pale: paleCopy(image) };
    redraw();
  };

  const update = () => {
    const bytes = model.get("picture");
    const maps = mapsOf(model.get("methods"), model.get("maps"));
    if (bytes !== shown && bytes.byteLength > 0) void load(bytes);
    const status = statusOf(model.get("status"), host(), maps);
    const news = newsText(maps, status);
    list.update(status);
    picture.update();
    read.update();
    head.update(maps, status, news);
    for (const part of [settings, save, open]) part.update();
    body.inert = notices.coming() !== ""; // its maps are of the picture before
    legend.update(maps.some((map) => map?.status !== "done" && map?.status !== "failed"), sidesOf(model));
    meanings.update(model.get("metrics"), model.get("fills"));
    notices.update(news, read.answer());
    root.dataset["status"] = status;
    root.dataset["host"] = host();
    redraw();
  };
  updateOnChange(model, [...KERNEL_TRAITS, ...FRONT_END_TRAITS], connection, signal, update);
  signal.addEventListener("abort", () => {
    list.end();
    root.remove();
  });
}
