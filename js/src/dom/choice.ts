// A trait that is one of some names.

import { field } from "./field";
import { select, type Option } from "./select";
import type { ModelOf } from "../model/widget_model";

/** Where it `asks` the kernel, it is off without one. */
export function choice<K extends string>(
  model: ModelOf<Record<K, string>, never>,
  signal: AbortSignal,
  name: K,
  title: string,
  options: () => Option[],
  asks = true,
) {
  const control = select(signal, (value) => {
    model.set(name, value);
    if (asks) model.save_changes();
  });
  if (asks) control.element.dataset["asks"] = "";
  const update = () => {
    const value = model.get(name);
    const known = options();
    const shown = known.some(([option]) => option === value);
    control.update(shown ? known : [[value, value], ...known], value);
  };
  return { element: field(title, control.element), update };
}
