// What is found beyond the map: smallest sets of cells, how sure each cell is, other methods' maps, an audit.

import type { Cell, Maybe } from "./widget_model";

/** Enough: alone it keeps the answer. Needed: hiding it changes the answer. */
export type SetKind = "enough" | "needed";

/** A smallest set, with its receipt; probabilities are the target's. */
export interface SmallestSet {
  kind: SetKind;
  cells: Cell[];
  label: string;
  baseline: number;
  /** With everything else hidden. */
  alone: number;
  /** With the cells hidden. */
  hidden: number;
  /** The answer without them; "" where there may be several or none. */
  becomes: string;
  /** Whether it is known that no single cell can be left out. */
  irreducible: boolean;
  calls: number;
  /** Under which other fills it holds. */
  held: Record<string, boolean>;
  /** What it does, and what else is known of it, in words. */
  sentence: string;
  receipt: string;
}

/** Sets that were found for `target`, and the search that goes on. */
export interface MinimalSets {
  target?: number;
  enough?: SmallestSet[];
  needed?: SmallestSet[];
  /** Whether there may be another set; a page cannot ask for it. */
  more?: Record<SetKind, boolean>;
  structure?: "one place" | "several suffice" | "several needed" | "no place" | "";
  /** What `structure` says; "" if it is not known. */
  sentence?: string;
  notes?: string[];
  calls?: number;
  /** The kind that is searched, the smallest set so far, sets asked about, and at most. */
  searching?: SetKind;
  best?: Cell[];
  asked?: number;
  most?: number;
}

/** How sure each cell is, hidden alone in several ways; numbers are little-endian float32. */
export interface Certainty {
  ways: string[];
  unit: string;
  /** Ways × cells; NaN where not asked. */
  values: DataView;
  /** What another way may tell, at least and at most; NaN where none tells anything. */
  low: DataView;
  high: DataView;
  /** A byte for each value: 0 where the way hardly changes the cell. */
  tells: DataView;
  /** 1 sure for, −1 sure against, 0 not known. */
  verdicts: number[];
  /** Up to which a value counts as none. */
  margin: number;
  sentence: string;
  target: number;
  /** Cells that were hidden in every way. */
  done: number;
  calls: number;
  seconds: number;
  running: boolean;
}

/** What asking how sure the cells are would still take. */
export interface CertaintyEstimate {
  calls: number;
  seconds: number | null;
  /** That in words. */
  text: string;
}

/** How well a map foretells what hiding does, against random maps; `text` says it. */
export interface Foretold {
  value: number;
  low: number;
  high: number;
  probes: number;
  reliable: boolean;
  text: string;
}

/** Another method's map. */
export interface MethodMap {
  title: string;
  /** "" where the numbers only rank: they are shares of the largest. */
  unit: "probability" | "log-odds" | "value" | "";
  /** NaN until they are there. */
  values: DataView;
  headline: [text: string, strong: boolean][];
  foretold: Maybe<Foretold>;
  how: string;
}

/** How far to trust the map that is shown; while it is measured, `text` alone. */
export interface Audit {
  text: string;
  level?: string;
  figures?: [text: string, meaning: string][];
  notes?: string[];
}
