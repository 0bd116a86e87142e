import { Injectable } from '@nestjs/common';
import { KeyStore } from '../keys/index.js';
import { Presence } from '../presence/index.js';

/** What a `terminalId` stands for. `foreign`: a connection of another group. */
export type Resolution =
  | { kind: 'device' | 'connection'; keyId: string; cached: boolean }
  | { kind: 'foreign' }
  | { kind: 'unknown' };

/** How long a look-up is reused. It is checked inside the script that accepts a payment, so it may be outdated. */
const CACHE_MS = 10_000;
const CACHE_SIZE = 50_000;

/** Finds the terminal that a POS names: a device id of its group first, then a connection id. */
@Injectable()
export class TerminalResolver {
  private readonly cache = new Map<string, { kind: 'device' | 'connection'; keyId: string; until: number }>();

  constructor(
    private readonly keys: KeyStore,
    private readonly presence: Presence,
  ) {}

  async resolve(groupId: string, terminalId: string): Promise<Resolution> {
    const cached = this.cache.get(`${groupId}\n${terminalId}`);
    if (cached && cached.until > Date.now()) {
      return { kind: cached.kind, keyId: cached.keyId, cached: true };
    }
    const ofDevice = await this.keys.keyOfDevice(groupId, terminalId);
    if (ofDevice !== undefined) {
      return this.remember(groupId, terminalId, 'device', ofDevice);
    }
    const holder = await this.presence.terminalOfConnection(terminalId);
    if (holder === undefined) {
      return { kind: 'unknown' };
    }
    return holder.groupId === groupId
      ? this.remember(groupId, terminalId, 'connection', holder.keyId)
      : { kind: 'foreign' };
  }

  forget(groupId: string, terminalId: string): void {
    this.cache.delete(`${groupId}\n${terminalId}`);
  }

  private remember(
    groupId: string,
    terminalId: string,
    kind: 'device' | 'connection',
    keyId: string,
  ): Resolution {
    if (this.cache.size >= CACHE_SIZE) {
      this.cache.clear();
    }
    this.cache.set(`${groupId}\n${terminalId}`, { kind, keyId, until: Date.now() + CACHE_MS });
    return { kind, keyId, cached: false };
  }
}
