// The model of a standalone gallery: it answers for the kernel from a record.

import { bytesOf } from "./record";
import type { About, Command, Traits } from "../model/gallery_protocol";
import { StaticModel } from "../model/static_model";
import type { Listener } from "../model/widget_model";

/** The record as JSON; bytes are base64. */
export interface EmbeddedGallery {
  about: About;
  names: string[];
  codes: string;
  numbers: string;
  aspects: string;
  maps: string;
  thumbnails: string[];
}

export class RecordedGallery extends StaticModel<Traits, Command> {
  private readonly heard = new Set<Listener>();

  constructor(private readonly record: EmbeddedGallery) {
    super({
      about: record.about,
      names: record.names,
      codes: bytesOf(record.codes),
      numbers: bytesOf(record.numbers),
      aspects: bytesOf(record.aspects),
      maps: bytesOf(record.maps),
      opened: -1,
      error: "",
    });
  }

  override send(content: Command): void {
    if (content.type !== "thumbnails") return;
    const buffers = content.rows.map((row) => bytesOf(this.record.thumbnails[row] ?? ""));
    queueMicrotask(() => {
      for (const listener of this.heard) listener(content, buffers);
    });
  }

  override on(event: string, callback: Listener): void {
    if (event === "msg:custom") this.heard.add(callback);
    else super.on(event, callback);
  }

  override off(event: string, callback: Listener): void {
    if (event === "msg:custom") this.heard.delete(callback);
    else super.off(event, callback);
  }
}
