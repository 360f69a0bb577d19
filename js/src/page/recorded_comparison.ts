// A comparison that answers from a record: what a page knows.

import type { Command, Evidence, MapRecord, Traits } from "../model/comparison_protocol";
import { indexOf } from "../cells/geometry";
import { filled } from "../model/widget_model";
import { bytesOf } from "./record";
import { StaticModel } from "../model/static_model";

/** The traits as comparison_page.py writes them, bytes as base64. */
export interface Embedded extends Omit<Traits, "picture" | "maps"> {
  picture: string;
  maps: (Omit<MapRecord, "values"> & { values: string | null })[];
  /** Of each cell, row by row, what hiding it did; null where that was not recorded. */
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

  /** As with a kernel, what was set is a question from here on. */
  override save_changes(): void {
    this.set("evidence", this.evidence());
  }

  private evidence(): Traits["evidence"] {
    const [grid, [cell]] = [filled(this.get("grid")), this.get("value")];
    const classes = grid && cell ? this.answers[indexOf(grid, cell)] : null;
    return cell && classes ? { cell, drop: null, classes } : {};
  }
}
