// A model that refuses what the kernel would; what is set crosses the wire with save_changes only.

import { StaticModel } from "../../src/model/static_model";
import type { Listener } from "../../src/model/widget_model";

/** The names of a widget's traits and commands, as its protocol lists them. */
interface Protocol {
  KERNEL_TRAITS: readonly string[];
  FRONT_END_TRAITS: readonly string[];
  COMMANDS: readonly string[];
}

/** Events other than changes of traits. */
const OTHER_EVENTS = ["msg:custom", "comm_live_update"];

export class StrictModelOf<T, C extends { type: string }> extends StaticModel<T, C> {
  /** What each save_changes sent. */
  readonly saved: Partial<T>[] = [];
  /** The buffers of each command. */
  readonly attached: ArrayBuffer[][] = [];
  private unsaved: Partial<T> = {};

  constructor(
    private readonly protocol: Protocol,
    traits: T,
  ) {
    super(traits);
  }

  override get<K extends keyof T & string>(name: K): T[K] {
    if (!this.isTrait(name)) throw new Error(`There is no trait ${name}.`);
    return super.get(name);
  }

  override set<K extends keyof T & string>(name: K, value: T[K]): void {
    if (!this.protocol.FRONT_END_TRAITS.includes(name)) throw new Error(`${name} is not the front end's.`);
    this.unsaved[name] = value;
    super.set(name, value);
  }

  override save_changes(): void {
    this.saved.push(this.unsaved);
    this.unsaved = {};
  }

  override send(content: C, _callbacks?: unknown, buffers: ArrayBuffer[] = []): void {
    if (!this.protocol.COMMANDS.includes(content.type)) throw new Error(`${content.type} is no command.`);
    this.attached.push(buffers);
    super.send(content);
  }

  override on(event: string, callback: Listener): void {
    const known = OTHER_EVENTS.includes(event) || this.isTrait(event.replace("change:", ""));
    if (!known) throw new Error(`${event} is no event.`);
    super.on(event, callback);
  }

  /** A message from the kernel. */
  receive(changes: Partial<T>): void {
    for (const [name, value] of Object.entries(changes)) super.set(name as keyof T & string, value as never);
  }

  /** An event other than the change of a trait. */
  emit(event: string, content?: unknown, buffers?: DataView[]): void {
    for (const callback of this["listeners"].get(event) ?? []) callback(content, buffers);
  }

  /** How many callbacks listen. */
  listening(): number {
    return [...this["listeners"].values()].reduce((sum, callbacks) => sum + callbacks.size, 0);
  }

  private isTrait(name: string): boolean {
    return [...this.protocol.KERNEL_TRAITS, ...this.protocol.FRONT_END_TRAITS].includes(name);
  }
}
