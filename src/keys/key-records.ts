import type { Config } from '../config/index.js';
import { defineScript, type Store, texts } from '../redis/index.js';
import type { KeyRecord } from './key-record.js';

const file = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url);

const lookup = defineScript(file('lookup'), {
  keys: ['records', 'hashes'],
  args: ['hash'],
  reply: (raw) => raw as string | null,
});

const upsert = defineScript(file('upsert'), {
  keys: ['records', 'hashes', 'devices', 'changes', 'ids'],
  args: ['id', 'record', 'device', 'expected'],
  reply: texts,
});

const changes = defineScript(file('changes'), {
  keys: ['changes'],
  args: ['since', 'offset', 'limit'],
  reply: texts,
});

/** Why a key cannot be stored: a name is not allowed, there is no such key, or another one or a change is in the way. */
export type KeyTrouble = 'name' | 'unknown' | 'conflict';

/** A key that cannot be stored as asked; the message is for the operator. */
export class KeyConflict extends Error {
  override readonly name = 'KeyConflict';

  constructor(
    message: string,
    readonly trouble: KeyTrouble = 'conflict',
  ) {
    super(message);
  }
}

/** A record, and its text as proof that it was not changed meanwhile. */
export interface StoredKey {
  record: KeyRecord;
  text: string;
}

/**
 * API keys in the store. All of them lie in one slot, so that a record and its indexes change together.
 *
 * | key | type | content |
 * |---|---|---|
 * | `{keys}:records` | hash | id → record (JSON) |
 * | `{keys}:hashes` | hash | SHA-256 of a key → id |
 * | `{keys}:devices` | zset, all scores 0 | `group\ndevice\nid`, to be searched by prefix |
 * | `{keys}:changes` | zset | id → when last changed, ms |
 * | `{keys}:ids` | zset, all scores 0 | ids, to be read page by page |
 */
export class KeyRecords {
  private readonly names;

  constructor(
    private readonly store: Store,
    config: Config,
  ) {
    const name = (part: string) => `${config.redisKeyPrefix}:{keys}:${part}`;
    this.names = {
      records: name('records'),
      hashes: name('hashes'),
      devices: name('devices'),
      changes: name('changes'),
      ids: name('ids'),
    };
  }

  /** The key id of a device of a group, by its stable id. */
  async keyOfDevice(groupId: string, deviceId: string): Promise<string | undefined> {
    const prefix = `${groupId}\n${deviceId}\n`;
    const [member] = await this.store.ask((redis) =>
      redis.zrangebylex(this.names.devices, `[${prefix}`, `[${prefix}\xff`, 'LIMIT', 0, 1),
    );
    return member?.slice(prefix.length);
  }

  /** The enabled terminals of a group that have a stable device id. */
  async devicesOf(groupId: string): Promise<KeyRecord[]> {
    const prefix = `${groupId}\n`;
    const members = await this.store.ask((redis) =>
      redis.zrangebylex(this.names.devices, `[${prefix}`, `[${prefix}\xff`),
    );
    const records = await this.read(members.map((member) => member.slice(member.lastIndexOf('\n') + 1)));
    return records.filter((record) => !record.disabled);
  }

  async list(): Promise<KeyRecord[]> {
    const texts = await this.store.ask((redis) => redis.hvals(this.names.records));
    return texts.map((text) => JSON.parse(text) as KeyRecord).sort((a, b) => a.id.localeCompare(b.id));
  }

  /** Some of the keys, by id. @param after the id that the page before ended with @param limit how many at the most */
  async page(limit: number, after?: string): Promise<KeyRecord[]> {
    const from = after === undefined ? '-' : `(${after}`;
    const ids = await this.store.ask((redis) =>
      redis.zrangebylex(this.names.ids, from, '+', 'LIMIT', 0, limit),
    );
    return this.read(ids);
  }

  /** True if the store holds no key at all. */
  async isEmpty(): Promise<boolean> {
    return (await this.store.ask((redis) => redis.exists(this.names.records))) === 0;
  }

  /** @returns the records of those ids that exist */
  async read(ids: readonly string[]): Promise<KeyRecord[]> {
    if (ids.length === 0) {
      return [];
    }
    const texts = await this.store.ask((redis) => redis.hmget(this.names.records, ...ids));
    return texts.flatMap((text) => (text === null ? [] : [JSON.parse(text) as KeyRecord]));
  }

  /**
   * Ids of keys that have changed since a moment, the oldest change first.
   * @param since by the store's clock, ms @param offset how many of them to pass over
   */
  async changesSince(since: number, offset: number, limit: number): Promise<{ now: number; ids: string[] }> {
    const [now, ...ids] = await this.store.run(changes, this.names, { since, offset, limit });
    return { now: Number(now), ids };
  }

  /** The record that a key opens or has opened. @param hash SHA-256 of it, hex */
  protected async ofHash(hash: string): Promise<KeyRecord | undefined> {
    const text = await this.store.run(lookup, this.names, { hash });
    return text === null ? undefined : (JSON.parse(text) as KeyRecord);
  }

  protected async find(id: string): Promise<StoredKey | undefined> {
    const text = await this.store.ask((redis) => redis.hget(this.names.records, id));
    return text === null ? undefined : { record: JSON.parse(text) as KeyRecord, text };
  }

  /**
   * @param expected the record's text as it was read; empty if whatever is there is replaced
   * @throws KeyConflict if it was changed since, or another key has the device or the hash
   */
  protected async write(record: KeyRecord, expected: string): Promise<void> {
    const { id, groupId, deviceId, keyHash, previousKeyHash } = record;
    const [outcome, other] = await this.store.run(
      upsert,
      this.names,
      {
        id,
        record: JSON.stringify(record),
        device: deviceId === undefined ? '' : `${groupId}\n${deviceId}\n`,
        expected,
      },
      { args: previousKeyHash ? [keyHash, previousKeyHash] : [keyHash] },
    );
    const conflicts: Record<string, string> = {
      device_taken: `deviceId of ${id} already belongs to key ${other} of the group`,
      key_taken: `the key of ${id} is already the key of ${other}`,
      changed: `key ${id} was changed by somebody else meanwhile, try again`,
    };
    const conflict = conflicts[outcome ?? ''];
    if (conflict) {
      throw new KeyConflict(conflict);
    }
  }
}
