// A model without a kernel: what the tests mount the views on, and recorded_model.ts builds on.

import type { Command, Listener, Model, Traits } from "./protocol";

export class StaticModel implements Model {
  readonly sent: Command[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();

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

  send(content: Command): void {
    this.sent.push(content);
  }

  on(event: string, callback: Listener): void {
    const callbacks = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, callbacks.add(callback));
  }

  off(event: string, callback: Listener): void {
    this.listeners.get(event)?.delete(callback);
  }
}
