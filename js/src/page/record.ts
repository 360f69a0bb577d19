// The record of a standalone page, written by page.py. Pure functions.

import type { Appearance } from "../cells/colors";
import { indexOf } from "../cells/geometry";
import { decodeScores, isScored } from "../cells/scores";
import { INITIAL, type About, type Certainty, type Evidence, type Foretells, type Headline, type MinimalSets, type Prediction, type Score, type Traits } from "../model/explorer_protocol";
import type { Cell, GridShape, Quantity } from "../model/widget_model";

/** As in the kernel. */
const SHOWN_CLASSES = 5;

/** The record as JSON; float32 arrays and the PNG are base64. */
export interface Embedded {
  picture: string;
  /** Data URL of the picture that the model saw; null if it is `picture`. */
  seen: string | null;
  /** Data URL of the fill. */
  replacement: string;
  grid: GridShape;
  /** Possible targets, ascending. */
  classes: number[];
  labels: [index: number, label: string][];
  /** Shape (classes,). */
  baseline: string;
  /** Shape (cells, classes); NaN where not scored. */
  vectors: string;
  answers: Partial<Record<Score, RecordedMaps>>;
  hardly_changed: number[];
  /** One for each of the classes, or none. */
  certainty: RecordedCertainty[];
  quantity: Quantity;
  fill_texts: Record<string, string>;
  /** Winning classes that are not in `classes`. */
  others: [cell: number, index: number, before: number, after: number][];
  /** The answer to the selection when saved; null if none. */
  selection: RecordedAnswer | null;
  minimal_sets: MinimalSets;
  /** The answers to those sets. */
  sets: RecordedAnswer[];
  done: number;
  about: About;
  check: Traits["check"];
  state: SavedState;
}

type RecordedCertainty = Omit<Certainty, "values" | "low" | "high" | "tells" | "running"> &
  Record<"values" | "low" | "high" | "tells", string>;

/** One of each for every class. */
export interface RecordedMaps {
  drops: string;
  /** Empty where no handfuls were hidden. */
  together: string;
  foretells: Foretells[];
  headlines: Headline[];
  notes: string[][];
  saturated: boolean[];
  contrasts?: (number | null)[];
}

export interface RecordedAnswer {
  value: Cell[];
  keep: boolean;
  /** Shape (classes,). */
  vector: string;
  /** One for each of the classes. */
  drops: Partial<Record<Score, number[]>>;
  /** What the cells do together and apart; one for each of the classes. */
  text: string[];
}

/** What a page's answers depend on. */
export type Question = Pick<Traits, "target" | "score" | "value" | "keep">;

type SavedState = Question & Appearance & Pick<Traits, "fill" | "map" | "contrast">;

export interface Recording {
  embedded: Embedded;
  baseline: Float32Array;
  vectors: Float32Array;
  /** Shape (classes, cells). */
  drops: Partial<Record<Score, DataView>>;
  together: Partial<Record<Score, DataView>>;
}

export function recordingOf(embedded: Embedded): Recording {
  const decoded = (name: "drops" | "together") =>
    Object.fromEntries(Object.entries(embedded.answers).map(([score, maps]) => [score, bytesOf(maps[name])]));
  return {
    embedded,
    baseline: decodeScores(bytesOf(embedded.baseline)),
    vectors: decodeScores(bytesOf(embedded.vectors)),
    drops: decoded("drops"),
    together: decoded("together"),
  };
}

export function bytesOf(base64: string): DataView {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at); // ten times as fast as Uint8Array.from
  return new DataView(bytes.buffer);
}

export function offeredOf(recording: Recording): number[] {
  return recording.embedded.classes;
}

/** Without evidence, which follows on request. */
export function traitsOf(recording: Recording): Traits {
  const { embedded } = recording;
  const { grid, done, state } = embedded;
  const total = grid.rows * grid.columns;
  const labels: string[] = [];
  for (const [index, label] of embedded.labels) labels[index] = label;
  return {
    ...INITIAL,
    ...state,
    ...answerOf(recording, state.target, state.score),
    method: "occlusion",
    layer: "",
    picture: bytesOf(embedded.picture),
    labels: Array.from(labels, (label) => label ?? ""),
    grid,
    grid_size: grid.rows === grid.columns ? grid.rows : [grid.rows, grid.columns],
    status: done === total ? "done" : "stopped",
    progress: {
      done,
      total,
      rate: 0,
      left: null,
      share: done / total,
      name: "Cells",
      text: `${done} of ${total} cells`,
      pace: "",
    },
    about: embedded.about,
    hardly_changed: embedded.hardly_changed,
    quantity: embedded.quantity,
    check: embedded.check,
    fills: [state.fill],
    fill_texts: embedded.fill_texts,
  };
}

type Answer = { prediction: Prediction } & Pick<
  Traits,
  "scores" | "together" | "foretells" | "headline" | "certainty" | "minimal_sets" | "notes"
>;

/** As the kernel would publish them. */
export function answerOf(recording: Recording, target: Traits["target"], score: Score): Answer {
  const { embedded, baseline } = recording;
  const { classes, answers } = embedded;
  const at = placeOf(recording, target);
  return {
    prediction: {
      target: classes[at]!,
      contrast: answers[score]!.contrasts?.[at] ?? null,
      probability: baseline[at]!,
      saturated: answers[score]!.saturated[at]!,
      top: withTarget(leading(recording, baseline, SHOWN_CLASSES), at).map((i) => [classes[i]!, baseline[i]!]),
    },
    scores: dropsOf(recording, at, score),
    together: mapOf(recording, recording.together[score]!, at),
    foretells: answers[score]!.foretells[at]!,
    headline: answers[score]!.headlines[at]!,
    certainty: certaintyOf(embedded.certainty[at]),
    minimal_sets: embedded.minimal_sets.target === classes[at]! ? embedded.minimal_sets : {},
    notes: answers[score]!.notes[at]!,
  };
}

function certaintyOf(recorded: RecordedCertainty | undefined): Traits["certainty"] {
  if (!recorded) return {};
  const { values, low, high, tells } = recorded;
  const bytes = { values: bytesOf(values), low: bytesOf(low), high: bytesOf(high), tells: bytesOf(tells) };
  return { ...recorded, ...bytes, running: false };
}

export function hiddenCells(grid: GridShape, value: Cell[], keep: boolean): number[] {
  const chosen = new Set(value.map((cell) => indexOf(grid, cell)));
  const cells = Array.from({ length: grid.rows * grid.columns }, (_, index) => index);
  return cells.filter((index) => chosen.has(index) !== keep);
}

/** The kernel's answer for one hidden cell; for several, what is known without the model. */
export function evidenceOf(recording: Recording, question: Question, picture: DataView): Evidence {
  const { value, keep, score } = question;
  const { grid } = recording.embedded;
  const hidden = hiddenCells(grid, value, keep);
  const at = placeOf(recording, question.target);
  const drops = decodeScores(dropsOf(recording, at, score));
  const evidence = { cells: value, keep, picture, drop: null, sum: null, synergy: null, text: "", classes: [] };
  const sum = hidden.length > 1 && !keep ? sumOf(hidden.map((i) => drops[i]!)) : null;
  const { selection, sets } = recording.embedded;
  const recorded = [...(selection ? [selection] : []), ...sets].find(
    (answer) => String(hiddenCells(grid, answer.value, answer.keep)) === String(hidden),
  );
  if (recorded) {
    const drop = recorded.drops[score]![at]!;
    const after = decodeScores(bytesOf(recorded.vector));
    const synergy = sum === null ? null : drop - sum;
    return { ...evidence, drop, sum, synergy, text: recorded.text[at]!, classes: shownClasses(recording, at, after) };
  }
  const [cell] = hidden;
  if (hidden.length !== 1 || cell === undefined || !isScored(drops[cell])) return { ...evidence, sum };
  return { ...evidence, drop: drops[cell]!, classes: cellClasses(recording, at, cell) };
}

function cellClasses(recording: Recording, at: number, cell: number): Evidence["classes"] {
  const count = recording.embedded.classes.length;
  const after = recording.vectors.subarray(cell * count, (cell + 1) * count);
  const classes = shownClasses(recording, at, after);
  const other = recording.embedded.others.find(([place]) => place === cell);
  return other ? [...classes, [other[1], other[2], other[3]]] : classes;
}

/** The target, the top classes before and after. */
function shownClasses(recording: Recording, at: number, after: Float32Array): Evidence["classes"] {
  const { embedded, baseline } = recording;
  const places = new Set([
    at,
    ...leading(recording, baseline, SHOWN_CLASSES),
    ...leading(recording, after, 2),
  ]);
  return [...places].map((i) => [embedded.classes[i]!, baseline[i]!, after[i]!]);
}

/** Position of a target among the classes; if missing, of the most probable class. */
function placeOf(recording: Recording, target: Traits["target"]): number {
  const at = typeof target === "number" ? recording.embedded.classes.indexOf(target) : -1;
  return at < 0 ? leading(recording, recording.baseline, 1)[0]! : at;
}

function dropsOf(recording: Recording, at: number, score: Score): DataView {
  return mapOf(recording, recording.drops[score]!, at);
}

function mapOf({ embedded }: Recording, maps: DataView, at: number): DataView {
  const bytes = 4 * embedded.grid.rows * embedded.grid.columns;
  return maps.byteLength > 0 ? new DataView(maps.buffer, at * bytes, bytes) : maps;
}

function sumOf(drops: number[]): number | null {
  return drops.every(isScored) ? drops.reduce((total, drop) => total + drop, 0) : null;
}

/** Positions, the most probable first, ties in order; of values, the first in order. */
function leading({ embedded }: Recording, values: Float32Array, k: number): number[] {
  if (embedded.quantity.name === "value") return [...values.keys()].slice(0, k);
  return [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, k);
}

/** The class asked about is always shown. */
function withTarget(places: number[], at: number): number[] {
  return places.includes(at) ? places : [...places, at];
}
