// A model that answers from a recording what the kernel would.

import type { Traits } from "../model/explorer_protocol";
import {
  answerOf,
  evidenceOf,
  hiddenCells,
  traitsOf,
  type Question,
  type Recording,
} from "./record";
import { StaticModel } from "../model/static_model";

export class RecordedModel extends StaticModel {
  private asked: Question;
  private drawn: { hidden: string; picture: DataView } | null = null;

  /** `draw` gives the picture, PNG, with cells (row-major) hidden. */
  constructor(
    private readonly recording: Recording,
    private readonly draw: (hidden: number[]) => DataView,
  ) {
    super(traitsOf(recording));
    this.asked = this.question();
    this.publish({ evidence: this.evidence() });
  }

  /** As with a kernel, what was set is a question from here on. */
  override save_changes(): void {
    const before = this.asked;
    const { target, score } = (this.asked = this.question());
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
    const { value, keep } = this.asked;
    if (value.length === 0) return {};
    const hidden = hiddenCells(this.recording.embedded.grid, value, keep);
    // Another target or score shows the same picture: the same bytes need no new decoding.
    if (this.drawn?.hidden !== String(hidden)) {
      this.drawn = { hidden: String(hidden), picture: this.draw(hidden) };
    }
    return evidenceOf(this.recording, this.asked, this.drawn.picture);
  }

  private publish(changes: Partial<Traits>): void {
    for (const [name, value] of Object.entries(changes)) this.set(name as keyof Traits, value);
  }
}
