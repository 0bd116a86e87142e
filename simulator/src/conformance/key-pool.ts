import type { KeyRecord } from '../gateway/keys.js';
import type { Needs } from './scenario.js';

/** The keys that one scenario has to itself. */
export interface Lease {
  tills: KeyRecord[];
  terminals: KeyRecord[];
  anonymous: KeyRecord[];
  foreignTills: KeyRecord[];
  foreignTerminals: KeyRecord[];
}

type Kind = 'tills' | 'terminals' | 'anonymous';

/** Gives keys to scenarios that run side by side. Those that rested longest are given first. */
export class KeyPool {
  /** Group → its keys, longest rested first. */
  private readonly free = new Map<string, KeyRecord[]>();

  constructor(private readonly keys: readonly KeyRecord[]) {
    for (const key of keys) this.free.set(key.groupId, [...(this.free.get(key.groupId) ?? []), key]);
  }

  /** @returns undefined if so many keys are not free now */
  lease(needs: Needs): Lease | undefined {
    // The group with most free keys first, so that scenarios spread over the groups.
    const groups = [...this.free].sort(([, a], [, b]) => b.length - a.length);
    for (const [group, keys] of groups) {
      const own = choose(keys, needs);
      if (!own) continue;
      const foreign = chooseForeign(
        groups.filter(([other]) => other !== group),
        needs,
      );
      if (!foreign) continue;
      const lease = { ...own, foreignTills: foreign.tills, foreignTerminals: foreign.terminals };
      this.take(lease);
      return lease;
    }
    return undefined;
  }

  /** Whether these needs can be met at all when everything is free. */
  couldLease(needs: Needs): boolean {
    return new KeyPool(this.keys).lease(needs) !== undefined;
  }

  release(lease: Lease): void {
    for (const key of Object.values(lease).flat() as KeyRecord[]) this.free.get(key.groupId)!.push(key);
  }

  private take(lease: Lease): void {
    const taken = new Set(Object.values(lease).flat() as KeyRecord[]);
    for (const [group, keys] of this.free) {
      this.free.set(
        group,
        keys.filter((key) => !taken.has(key)),
      );
    }
  }
}

type Chosen = Pick<Lease, Kind>;

function choose(keys: readonly KeyRecord[], needs: Pick<Needs, Kind | 'http'>): Chosen | undefined {
  const terminals = keys.filter(({ deviceType }) => deviceType === 'terminal');
  const candidates: Chosen = {
    tills: keys.filter(({ deviceType, secret }) => deviceType === 'desktop' && (secret || !needs.http)),
    terminals: terminals.filter(({ deviceId }) => deviceId),
    anonymous: terminals.filter(({ deviceId }) => !deviceId),
  };
  const kinds = Object.keys(candidates) as Kind[];
  if (kinds.some((kind) => candidates[kind].length < needs[kind])) return undefined;
  const [tills, terminalKeys, anonymous] = kinds.map((kind) => candidates[kind].slice(0, needs[kind]));
  return { tills: tills!, terminals: terminalKeys!, anonymous: anonymous! };
}

function chooseForeign(groups: readonly [string, KeyRecord[]][], needs: Needs): Chosen | undefined {
  const { foreignTills: tills, foreignTerminals: terminals } = needs;
  if (tills + terminals === 0) return { tills: [], terminals: [], anonymous: [] };
  for (const [, keys] of groups) {
    const chosen = choose(keys, { tills, terminals, anonymous: 0, http: false });
    if (chosen) return chosen;
  }
  return undefined;
}
