// The traits and messages of the gallery; mirrors gridexplainer_widget/wire/gallery.py.

import type { ModelOf } from "./widget_model";

export const KERNEL_TRAITS = ["about", "names", "codes", "numbers", "aspects", "maps", "error"] as const;

export const FRONT_END_TRAITS = ["opened"] as const;

export const COMMANDS = ["thumbnails"] as const;

export type Command = { type: "thumbnails"; rows: number[] };

/** A column of numbers, with the ends of its histogram. */
export interface Column {
  name: string;
  title: string;
  low: number;
  high: number;
  /** "%" of what is between 0 and 1. */
  unit: string;
  help: string;
}

export interface About {
  title: string;
  line: string;
  pictures: number;
  rows: number;
  columns: number;
  classes: string[];
  numbers: Column[];
  /** Whether a click opens the picture. */
  opens: boolean;
}

export interface Traits {
  about: About;
  names: string[];
  /** Int16 (pictures, 2): the predicted class and the label, -1 without. */
  codes: DataView;
  /** Float32 (columns, pictures), NaN where not known. */
  numbers: DataView;
  /** Float32 (pictures,): width over height. */
  aspects: DataView;
  /** Int8 (pictures, rows × columns): each map by its largest, 127. */
  maps: DataView;
  /** The picture that was clicked last. */
  opened: number;
  error: string;
}

export type Model = ModelOf<Traits, Command>;
