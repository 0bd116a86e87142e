import { Inject, Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import type { Config } from '../config/index.js';
import type { Logger } from '../logging/index.js';
import { defineScript, Store } from '../redis/index.js';

/** What is noted: changes that somebody makes on purpose, not what payments and connections do by themselves. */
export type AuditAction =
  | 'key.created'
  | 'key.disabled'
  | 'key.enabled'
  | 'key.rotated'
  | 'secrets.resealed'
  | 'endpoint.created'
  | 'endpoint.updated'
  | 'endpoint.deleted'
  | 'endpoint.secret-rotated'
  | 'delivery.redelivered'
  | 'payment.resolved'
  | 'playground.opened'
  | 'playground.closed'
  | 'console.signed-in'
  | 'console.signed-out';

/** One act. Never a key, a secret or a url in it. */
export interface AuditAct {
  /** UUIDv7. */
  id: string;
  action: AuditAction;
  /** Who did it: `key` and `admin` with the public name of the key, or `command` with the user of the machine. */
  actor: { kind: 'key' | 'admin' | 'command'; id: string };
  /** From where: the address of a call, the host of a command. */
  from: string;
  /** What it was done to, by its id. */
  subject: string;
  groupId?: string | undefined;
  /** Correlation id of the call, as in the log. */
  requestId?: string | undefined;
}

/** An act with the time at which the store noted it, ISO 8601. */
export type NotedAct = AuditAct & { at: string };

/** Where an act stands among all of them. */
export type ActPlace = Pick<NotedAct, 'at' | 'id'>;

/** Most acts that are kept, however young. */
const MOST_ACTS = 100_000;

const note = defineScript(new URL('./scripts/note.lua', import.meta.url), {
  keys: ['acts'],
  args: ['act', 'keepMs', 'most'],
  reply: (raw) => Number(raw),
});

/**
 * Who changed what, when and from where.
 *
 * | key | type | content |
 * |---|---|---|
 * | `{audit}:acts` | zset | act (JSON) → when, ms |
 */
@Injectable()
export class AuditLog {
  private readonly acts: string;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') private readonly config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
  ) {
    this.acts = `${config.redisKeyPrefix}:{audit}:acts`;
  }

  /**
   * Notes an act that was done. Never rejects: what is done is done, and the caller must hear of that. What the store can not
   * take stands in the log of the process.
   */
  async note(act: Omit<AuditAct, 'id'>): Promise<void> {
    const entry = { id: uuidv7(), ...act };
    this.logger.info({ audit: entry }, 'audit');
    const args = { act: JSON.stringify(entry), keepMs: this.config.auditRetentionMs, most: MOST_ACTS };
    try {
      await this.store.run(note, { acts: this.acts }, args);
    } catch (error) {
      this.logger.error({ err: error, audit: entry }, 'an act could not be noted in the store');
    }
  }

  /** The latest acts, newest first. @param limit how many at the most @param before only those that come after this one */
  async latest(limit: number, before?: ActPlace): Promise<NotedAct[]> {
    const from = before === undefined ? '+inf' : Date.parse(before.at);
    const acts: NotedAct[] = [];
    // Several acts may have the same time: those of a page before are read once more and left out.
    for (let offset = 0, isEnd = false; acts.length < limit && !isEnd; offset += limit) {
      const flat = await this.store.ask((redis) =>
        redis.zrevrangebyscore(this.acts, from, '-inf', 'WITHSCORES', 'LIMIT', offset, limit),
      );
      acts.push(...notedActs(flat).filter((act) => before === undefined || isBefore(act, before)));
      isEnd = flat.length < 2 * limit;
    }
    return acts.slice(0, limit);
  }
}

function notedActs(flat: readonly string[]): NotedAct[] {
  return flat.flatMap((text, i) =>
    i % 2 === 0
      ? [{ ...(JSON.parse(text) as AuditAct), at: new Date(Number(flat[i + 1])).toISOString() }]
      : [],
  );
}

/** The store sorts acts of one moment by their text, which begins with the id. */
function isBefore(act: ActPlace, other: ActPlace): boolean {
  return act.at < other.at || (act.at === other.at && act.id < other.id);
}
