// One view of a comparison: mounted into an element, gone with the signal.

import { compareHead } from "./header";
import { compareLegend } from "./legend";
import type { Pictures } from "./map_view";
import { compareNotices } from "./notices";
import { FRONT_END_TRAITS, KERNEL_TRAITS, type Model } from "../model/comparison_protocol";
import { mapsOf, statusOf } from "./maps";
import type { Connection } from "../model/connection";
import { element, showPng } from "../dom/element";
import { glossary } from "./metric_row";
import { linkedCells } from "./linked_cells";
import { newsText } from "../text/map_text";
import { paleCopy } from "../grid/paint";
import { panelList } from "./panel_list";
import { picturePanel } from "./picture_panel";
import { filled } from "../model/widget_model";
import { readout } from "./readout";
import { followTheme } from "../dom/theme";
import { updates } from "../model/updates";

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
  // Marks are all that a hover changes: the maps beneath them are painted already.
  const draw = () => {
    drawing = false;
    if (signal.aborted || !pictures) return;
    const grid = filled(model.get("grid"));
    const parts = [picture, ...list.panels];
    for (const part of parts) part.draw(pictures, grid);
    read.draw();
    if (grid) for (const part of parts) part.tell(grid);
  };
  let drawing = false;
  const redraw = () => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(draw);
  };
  const linked = linkedCells<object>(model, send, redraw);

  const list = panelList(body, model, host, linked, redraw, send, () => head.focus());
  const head = compareHead(model, signal, host, list.add);
  const legend = compareLegend();
  const read = readout(model, host, linked, signal);
  const picture = picturePanel(model, linked, redraw, signal);
  const meanings = glossary();
  const notices = compareNotices(model, host);
  body.append(picture.element);
  root.append(head.element, notices.alerts, legend.element, read.element, body, meanings.element);
  root.append(notices.refused, notices.live);
  el.append(root);
  followTheme(root, signal);

  let shown: DataView | null = null;
  const load = async (bytes: DataView) => {
    shown = bytes;
    const image = new Image();
    const decoded = await showPng(image, bytes).then(() => true, () => false);
    if (shown !== bytes) return; // a newer picture has come
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
    legend.update(maps.some((map) => map?.status !== "done" && map?.status !== "failed"));
    meanings.update(model.get("fill"));
    notices.update(news, read.answer());
    root.dataset["status"] = status;
    root.dataset["host"] = host();
    redraw();
  };
  updates(model, [...KERNEL_TRAITS, ...FRONT_END_TRAITS], connection, signal, update);
  signal.addEventListener("abort", () => {
    list.end();
    root.remove();
  });
}
