// One view of a gallery, removed when the signal aborts.

import { element } from "../dom/element";
import { select, type Option } from "../dom/select";
import { followTheme } from "../dom/theme";
import type { Connection } from "../model/connection";
import { KERNEL_TRAITS, type Model } from "../model/gallery_protocol";
import { updateOnChange } from "../model/updates";
import { cards } from "./cards";
import { histogram } from "./histogram";
import { galleryLegend } from "./legend";
import { livePicture } from "./live_picture";
import { numberIn } from "./numbers";
import { everything, filteredRows, isFiltered, sortedRows, tableOf, type Filter, type Order, type Right } from "./table";
import { thumbnails } from "./thumbnails";

export function mountGallery(model: Model, el: HTMLElement, signal: AbortSignal, connection: Connection): void {
  const root = element("div", "gx-root gx-gallery");
  const error = element("p", "gx-gallery-error");
  error.setAttribute("role", "alert");
  el.append(root);
  followTheme(root, signal);
  const table = tableOf({
    about: model.get("about"),
    names: model.get("names"),
    codes: model.get("codes"),
    numbers: model.get("numbers"),
    aspects: model.get("aspects"),
    maps: model.get("maps"),
  });
  const { about } = table;
  let filter: Filter = everything(about);
  let order: Order = { column: -1, descending: true };
  const all = filteredRows(table, filter);

  const head = element("div", "gx-gallery-head");
  const count = element("span", "gx-gallery-count");
  count.setAttribute("role", "status");
  const reset = element("button", "gx-button", "Show all");
  const titles = element("div", "gx-gallery-titles");
  titles.append(element("strong", "", about.title), element("span", "gx-gallery-line", about.line));
  head.append(titles);
  head.hidden = about.title === "" && about.line === ""; // a page says both above
  const none = element("p", "gx-gallery-none", "No picture passes all filters.");

  const sort = labelled("Sort by", select(signal, (value) => {
    const [column, way] = value.split(" ");
    order = { column: Number(column), descending: way === "most" };
    update();
  }));
  const predicted = labelled("Answer", select(signal, (value) => {
    filter = { ...filter, predicted: Number(value) };
    update();
  }));
  const right = labelled("Right or wrong", select(signal, (value) => {
    filter = { ...filter, right: value as Right };
    update();
  }));
  right.root.hidden = !table.label.some((label) => label >= 0);
  const controls = element("div", "gx-gallery-controls");
  controls.append(sort.root, predicted.root, right.root, count, reset);

  const charts = element("div", "gx-histograms");
  const histograms = about.numbers.map((column, index) => {
    const made = histogram(column, signal, (range) => {
      filter = { ...filter, ranges: filter.ranges.map((now, other) => (other === index ? range : now)) };
      update();
    });
    charts.append(made.element);
    return made;
  });
  reset.addEventListener("click", () => {
    filter = everything(about);
    update();
  }, { signal });

  const nameOf = (code: number) => about.classes[code] ?? "";
  // The number that the pictures are sorted by comes first: a long name is cut off.
  const line = (row: number) => {
    const [said, truth] = [table.predicted[row]!, table.label[row]!];
    const [number, column] = [table.numbers[order.column]?.[row] ?? NaN, about.numbers[order.column]];
    const told = Number.isNaN(number) ? "" : numberIn(number, column!.unit);
    return [told, nameOf(said), truth >= 0 && truth !== said ? `true: ${nameOf(truth)}` : ""].filter(Boolean).join(" · ");
  };
  const live = livePicture(signal);
  const list = cards(table, line, thumbnails(model, signal), signal, (row) => {
    if (!about.opens || connection.host() !== "kernel") return;
    if (row === model.get("opened")) return live.show();
    live.follow();
    model.set("opened", row);
    model.save_changes();
  });
  list.element.setAttribute("aria-label", "Pictures under their maps");
  root.append(head, controls, charts, error, galleryLegend(), none, list.element);

  const update = () => {
    const rows = filteredRows(table, filter);
    count.textContent = rows.length === about.pictures
      ? `${about.pictures.toLocaleString("en")} pictures`
      : `${rows.length.toLocaleString("en")} of ${about.pictures.toLocaleString("en")} pictures`;
    none.hidden = rows.length > 0 || about.pictures === 0;
    reset.hidden = !isFiltered(filter);
    sort.update(sortOptions(about.numbers.map((column) => column.title)), `${order.column} ${order.descending ? "most" : "least"}`);
    predicted.update([["-1", "all"], ...about.classes.map((name, code): Option => [String(code), name])], String(filter.predicted));
    right.update([["all", "all"], ["right", "right"], ["wrong", "wrong"]], filter.right);
    histograms.forEach((made, column) => {
      made.update(table.numbers[column]!, all, filteredRows(table, filter, column), filter.ranges[column]!);
    });
    list.show(sortedRows(table, rows, order));
  };
  update();
  updateOnChange(model, KERNEL_TRAITS, connection, signal, () => {
    error.textContent = model.get("error");
    error.hidden = error.textContent === "";
    root.dataset["host"] = connection.host();
  });
  signal.addEventListener("abort", () => root.remove());
}

function labelled(text: string, control: ReturnType<typeof select>) {
  const root = element("label", "gx-gallery-field", text);
  root.append(control.element);
  return { root, update: control.update };
}

function sortOptions(titles: string[]): Option[] {
  const ways = titles.flatMap((title, column): Option[] => [
    [`${column} most`, `${title}, most first`],
    [`${column} least`, `${title}, least first`],
  ]);
  return [["-1 most", "order of the study"], ...ways];
}
