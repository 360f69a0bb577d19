// A comparison that answers from a page's record.

import { indexOf } from "../cells/geometry";
import type { Command, Evidence, MapRecord, Traits } from "../model/comparison_protocol";
import { StaticModel } from "../model/static_model";
import { filled } from "../model/widget_model";
import { bytesOf } from "./record";

/** The record as JSON; bytes are base64. */
export interface Embedded extends Omit<Traits, "picture" | "maps"> {
  picture: string;
  maps: (Omit<MapRecord, "values"> & { values: string | null })[];
  /** The effect of hiding each cell, row-major; null if not recorded. */
  answers: (Evidence["classes"] | null)[];
}

export class RecordedComparison extends StaticModel<Traits, Command> {
  private readonly answers: Embedded["answers"];

  constructor({ answers, picture, maps, ...traits }: Embedded) {
    const decoded = maps.map((map) => ({ ...map, values: map.values === null ? null : bytesOf(map.values) }));
    super({ ...traits, picture: bytesOf(picture), maps: decoded });
    this.answers = answers;
    this.save_changes();
  }

  /** Answer changes as a kernel would. */
  override save_changes(): void {
    this.set("evidence", this.evidence());
  }

  private evidence(): Traits["evidence"] {
    const [grid, [cell]] = [filled(this.get("grid")), this.get("value")];
    const classes = grid && cell ? this.answers[indexOf(grid, cell)] : null;
    return cell && classes ? { cell, drop: null, classes } : {};
  }
}
