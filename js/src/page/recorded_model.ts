// An explorer that answers from a page's record.

import type { Traits } from "../model/explorer_protocol";
import { StaticModel } from "../model/static_model";
import {
  answerOf,
  evidenceOf,
  hiddenCells,
  traitsOf,
  type Question,
  type Recording,
} from "./record";

export class RecordedModel extends StaticModel {
  private current: Question;
  private drawn: { hidden: string; picture: DataView } | null = null;

  /** `draw` returns a PNG with cells (row-major) hidden. */
  constructor(
    private readonly recording: Recording,
    private readonly draw: (hidden: number[]) => DataView,
  ) {
    super(traitsOf(recording));
    this.current = this.question();
    this.publish({ evidence: this.evidence() });
  }

  /** Answer changes as a kernel would. */
  override save_changes(): void {
    const before = this.current;
    const { target, score } = (this.current = this.question());
    if (target !== before.target || score !== before.score) {
      this.publish(answerOf(this.recording, target, score));
    }
    this.publish({ evidence: this.evidence() });
  }

  private question(): Question {
    return {
      target: this.get("target"),
      score: this.get("score"),
      value: this.get("value"),
      keep: this.get("keep"),
    };
  }

  private evidence(): Traits["evidence"] {
    const { value, keep } = this.current;
    if (value.length === 0) return {};
    const hidden = hiddenCells(this.recording.embedded.grid, value, keep);
    // The same picture keeps its bytes, which are not decoded again.
    if (this.drawn?.hidden !== String(hidden)) {
      this.drawn = { hidden: String(hidden), picture: this.draw(hidden) };
    }
    return evidenceOf(this.recording, this.current, this.drawn.picture);
  }

  private publish(changes: Partial<Traits>): void {
    for (const [name, value] of Object.entries(changes)) this.set(name as keyof Traits, value);
  }
}
