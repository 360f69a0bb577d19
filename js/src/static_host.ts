// A model without a kernel: what the development page and the tests mount the views on.

import type { Command, Model, Traits } from "./protocol";

export class StaticModel implements Model {
  readonly sent: { type: Command }[] = [];
  private readonly listeners = new Map<string, Set<() => void>>();

  constructor(private readonly traits: Traits) {}

  get<K extends keyof Traits>(name: K): Traits[K] {
    return this.traits[name];
  }

  set<K extends keyof Traits>(name: K, value: Traits[K]): void {
    this.traits[name] = value;
    for (const callback of this.listeners.get(`change:${name}`) ?? []) callback();
  }

  /** Nobody listens on the other side. */
  save_changes(): void {}

  send(content: { type: Command }): void {
    this.sent.push(content);
  }

  on(event: string, callback: () => void): void {
    const callbacks = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, callbacks.add(callback));
  }

  off(event: string, callback: () => void): void {
    this.listeners.get(event)?.delete(callback);
  }
}
