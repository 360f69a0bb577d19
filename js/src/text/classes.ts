// Class names and lists, the most probable first, the rest by name. Pure functions.

import type { Model, Prediction } from "../model/explorer_protocol";
import { filled } from "../model/widget_model";

export interface ClassOption {
  index: number;
  name: string;
  /** null if unknown */
  probability: number | null;
}

/** Labels shared by several classes. */
export function duplicateLabels(labels: string[]): Set<string> {
  const seen = new Set<string>();
  return new Set(labels.filter((label) => seen.size === seen.add(label).size));
}

/** A label, with its index if empty or shared. */
export function className(labels: string[], duplicates: Set<string>, index: number): string {
  const label = (labels[index] ?? "").trim();
  return label === "" || duplicates.has(labels[index]!) ? `${label} (${index})`.trim() : label;
}

/** Of a class among a model's. */
export function nameOf(model: Pick<Model, "get">, index: number): string {
  const labels = model.get("labels");
  return className(labels, duplicateLabels(labels), index);
}

/** Of the class asked about; "" while unknown. */
export function targetName(model: Pick<Model, "get">): string {
  const prediction = filled(model.get("prediction"));
  return prediction ? nameOf(model, prediction.target) : "";
}

/** What numbers above zero speak for, and those below: “for dog”, “against dog” or “for cat”. */
export function sidesOf(model: Pick<Model, "get">): [above: string, below: string] {
  const name = targetName(model);
  const other = filled(model.get("prediction"))?.contrast;
  return [`for ${name}`, other == null ? `against ${name}` : `for ${nameOf(model, other)}`];
}

/** All classes, or only the `offered` ones. */
export function classOptions(
  labels: string[],
  top: Prediction["top"],
  offered: number[] | null,
): ClassOption[] {
  const duplicates = duplicateLabels(labels);
  const known = new Set(offered ?? labels.keys());
  const first = top.filter(([index]) => known.delete(index));
  const others = [...known].map((index) => option(index, null));
  const order = new Intl.Collator(undefined, { numeric: true });
  others.sort((a, b) => order.compare(a.name, b.name) || a.index - b.index);
  return [...first.map(([index, probability]) => option(index, probability)), ...others];

  function option(index: number, probability: number | null): ClassOption {
    return { index, name: className(labels, duplicates, index), probability };
  }
}

/** Ignores case and accents. */
export function matching(options: ClassOption[], query: string): ClassOption[] {
  const wanted = folded(query.trim());
  return options.filter(({ name }) => folded(name).includes(wanted));
}

function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{Mn}/gu, "").toLowerCase();
}
