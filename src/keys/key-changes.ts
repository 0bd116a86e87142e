import type { KeyStore } from './key-store.js';

/** Told again, because after a failover the store's clock may be so much behind what it was. */
const OVERLAP_MS = 2_000;
/** Changes that are read at once: more would hold up others in the store. */
const PAGE = 500;

/** Reads which keys have changed, again and again. */
export class KeyChanges {
  /** The store's clock when it was read last, ms. */
  private readAt = 0;

  constructor(private readonly keys: KeyStore) {}

  /** Ids of keys that have changed since the call before, at first within a day. Some are told twice. */
  async next(): Promise<string[]> {
    const since = Math.max(0, this.readAt - OVERLAP_MS);
    const { now, ids } = await this.keys.changesSince(since, 0, PAGE);
    for (let told = ids.length; told === PAGE;) {
      const { ids: more } = await this.keys.changesSince(since, ids.length, PAGE);
      ids.push(...more);
      told = more.length;
    }
    const hasGoneBack = now < this.readAt;
    this.readAt = hasGoneBack ? 0 : now;
    return hasGoneBack ? this.next() : ids;
  }
}
