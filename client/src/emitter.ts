type Listener<T> = (value: T) => unknown;

/** Typed events. A listener may return a promise; nothing that a listener does can hold up or break the client. */
export class Emitter<Events extends { error: Error }> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  /** @returns a function that takes the listener away */
  on<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    return () => this.off(name, listener);
  }

  once<K extends keyof Events>(name: K, listener: Listener<Events[K]>): () => void {
    const off = this.on(name, (value) => {
      off();
      return listener(value);
    });
    return off;
  }

  off<K extends keyof Events>(name: K, listener: Listener<Events[K]>): void {
    this.listeners.get(name)?.delete(listener);
  }

  /** Resolves with true when every listener is through, with false if one of them failed, which is an `error` event. */
  protected async emit<K extends keyof Events>(name: K, value: Events[K]): Promise<boolean> {
    const listeners = [...(this.listeners.get(name) ?? [])] as Listener<Events[K]>[];
    const outcomes = await Promise.allSettled(
      listeners.map((listener) => new Promise((resolve) => resolve(listener(value)))),
    );
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected');
    failures.forEach(({ reason }) => this.surface(name, reason));
    return failures.length === 0;
  }

  /** A mistake in a listener must not vanish: without anybody to tell it goes where uncaught errors go. */
  private surface(name: keyof Events, reason: unknown): void {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    if (name !== 'error' && this.listeners.get('error')?.size) {
      void this.emit('error', error);
      return;
    }
    setTimeout(() => {
      throw error;
    });
  }
}
