// What a page was given to answer from; written by gridexplainer_widget/page.py. Pure functions.

import type { About, Evidence, Prediction, Score, Traits } from "../model/explorer_protocol";
import type { Cell, GridShape } from "../model/widget_model";
import { indexOf } from "../cells/geometry";
import { decodeScores, isScored } from "../cells/scores";

/** Classes in the prediction and in the evidence; state.py holds the same. */
const SHOWN_CLASSES = 5;

/** As it stands in the page: arrays of float32 and the PNG are base64. */
export interface Embedded {
  picture: string;
  /** null where it is the picture */
  seen: string | null;
  /** A data URL, as `seen` is. */
  replacement: string;
  grid: GridShape;
  /** Those that can be asked about, in ascending order. */
  classes: number[];
  labels: [index: number, label: string][];
  /** classes */
  baseline: string;
  /** cells × classes; NaN where not scored */
  vectors: string;
  answers: Record<Score, { drops: string; notes: string[][]; saturated: boolean[] }>;
  /** Answers that are none of the classes. */
  others: [cell: number, index: number, before: number, after: number][];
  /** What is known of the cells that were selected together; null where nothing is. */
  selection: Known | null;
  done: number;
  seconds: number;
  about: About;
  check: Traits["check"];
  state: Started;
}

/** An answer about a set of cells. */
export interface Known {
  value: Cell[];
  keep: boolean;
  /** classes */
  vector: string;
  /** for each of the classes */
  drops: Record<Score, number[]>;
}

/** What the front end may ask a page. */
export type Question = Pick<Traits, "target" | "score" | "value" | "keep">;

type Looks = Pick<Traits, "colormap" | "opacity" | "numbers" | "scale" | "threshold">;
type Started = Question & Looks & Pick<Traits, "fill">;

export interface Recording {
  embedded: Embedded;
  baseline: Float32Array;
  vectors: Float32Array;
  /** classes × cells */
  drops: Record<Score, DataView>;
}

export function recordingOf(embedded: Embedded): Recording {
  const { answers } = embedded;
  return {
    embedded,
    baseline: decodeScores(bytesOf(embedded.baseline)),
    vectors: decodeScores(bytesOf(embedded.vectors)),
    drops: {
      probability: bytesOf(answers.probability.drops),
      "log-odds": bytesOf(answers["log-odds"].drops),
    },
  };
}

export function bytesOf(base64: string): DataView {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new DataView(bytes.buffer);
}

/** Classes that can be the target. */
export function offeredOf(recording: Recording): number[] {
  return recording.embedded.classes;
}

/** Every trait as it is at first; the evidence follows with the first question. */
export function traitsOf(recording: Recording): Traits {
  const { embedded } = recording;
  const { grid, done, seconds, state } = embedded;
  const total = grid.rows * grid.columns;
  const labels: string[] = [];
  for (const [index, label] of embedded.labels) labels[index] = label;
  return {
    ...state,
    ...answerOf(recording, state.target, state.score),
    picture: bytesOf(embedded.picture),
    labels: Array.from(labels, (label) => label ?? ""),
    grid,
    grid_size: grid.rows === grid.columns ? grid.rows : [grid.rows, grid.columns],
    status: done === total ? "done" : "stopped",
    progress: { done, total, rate: seconds > 0 ? done / seconds : 0, left: null },
    evidence: {},
    curve: {},
    error: "",
    about: embedded.about,
    check: embedded.check,
    fills: [state.fill],
  };
}

type Answer = { prediction: Prediction } & Pick<Traits, "scores" | "notes">;

/** What the kernel would publish for a target and a score. */
export function answerOf(recording: Recording, target: Traits["target"], score: Score): Answer {
  const { embedded, baseline } = recording;
  const { classes, answers } = embedded;
  const at = placeOf(recording, target);
  return {
    prediction: {
      target: classes[at]!,
      probability: baseline[at]!,
      saturated: answers[score].saturated[at]!,
      top: largest(baseline, SHOWN_CLASSES).map((i) => [classes[i]!, baseline[i]!]),
    },
    scores: dropsOf(recording, at, score),
    notes: answers[score].notes[at]!,
  };
}

/** Cells (row-major) that are hidden when `value` is selected, or kept. */
export function hiddenCells(grid: GridShape, value: Cell[], keep: boolean): number[] {
  const chosen = new Set(value.map((cell) => indexOf(grid, cell)));
  const cells = Array.from({ length: grid.rows * grid.columns }, (_, index) => index);
  return cells.filter((index) => chosen.has(index) !== keep);
}

/** What the kernel would say of one hidden cell; of several, all that is known without the model. */
export function evidenceOf(recording: Recording, question: Question, picture: DataView): Evidence {
  const { value, keep, score } = question;
  const { grid } = recording.embedded;
  const hidden = hiddenCells(grid, value, keep);
  const at = placeOf(recording, question.target);
  const drops = decodeScores(dropsOf(recording, at, score));
  const evidence = { cells: value, keep, picture, drop: null, sum: null, synergy: null, classes: [] };
  const sum = hidden.length > 1 && !keep ? sumOf(hidden.map((i) => drops[i]!)) : null;
  const known = recording.embedded.selection;
  // In whatever order they are selected.
  if (known && String(hiddenCells(grid, known.value, known.keep)) === String(hidden)) {
    const drop = known.drops[score][at]!;
    const after = decodeScores(bytesOf(known.vector));
    const synergy = sum === null ? null : drop - sum;
    return { ...evidence, drop, sum, synergy, classes: beliefs(recording, at, after) };
  }
  const [cell] = hidden;
  if (hidden.length !== 1 || cell === undefined || !isScored(drops[cell])) return { ...evidence, sum };
  return { ...evidence, drop: drops[cell]!, classes: cellBeliefs(recording, at, cell) };
}

function cellBeliefs(recording: Recording, at: number, cell: number): Evidence["classes"] {
  const count = recording.embedded.classes.length;
  const after = recording.vectors.subarray(cell * count, (cell + 1) * count);
  const known = beliefs(recording, at, after);
  const other = recording.embedded.others.find(([place]) => place === cell);
  return other ? [...known, [other[1], other[2], other[3]]] : known;
}

/** The classes worth showing: target, top of before, top of after. */
function beliefs(recording: Recording, at: number, after: Float32Array): Evidence["classes"] {
  const { embedded, baseline } = recording;
  const places = new Set([at, ...largest(baseline, SHOWN_CLASSES), ...largest(after, 2)]);
  return [...places].map((i) => [embedded.classes[i]!, baseline[i]!, after[i]!]);
}

/** Where a target stands among the classes; the most probable class where it is none of them. */
function placeOf(recording: Recording, target: Traits["target"]): number {
  const at = typeof target === "number" ? recording.embedded.classes.indexOf(target) : -1;
  return at < 0 ? largest(recording.baseline, 1)[0]! : at;
}

function dropsOf(recording: Recording, at: number, score: Score): DataView {
  const { rows, columns } = recording.embedded.grid;
  const bytes = 4 * rows * columns;
  return new DataView(recording.drops[score].buffer, at * bytes, bytes);
}

function sumOf(drops: number[]): number | null {
  return drops.every(isScored) ? drops.reduce((total, drop) => total + drop, 0) : null;
}

/** Places of the `k` largest values, largest first, ties in order. */
function largest(values: Float32Array, k: number): number[] {
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, k);
}
