// A model without a kernel, for pages and tests.

import type { Command, Traits } from "./explorer_protocol";
import type { Listener, ModelOf } from "./widget_model";

export class StaticModel<T = Traits, C = Command> implements ModelOf<T, C> {
  readonly sent: C[] = [];
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly traits: T) {}

  get<K extends keyof T & string>(name: K): T[K] {
    return this.traits[name];
  }

  set<K extends keyof T & string>(name: K, value: T[K]): void {
    this.traits[name] = value;
    for (const callback of this.listeners.get(`change:${name}`) ?? []) callback();
  }

  save_changes(): void {}

  send(content: C): void {
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
