import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Principal } from '../protocol/index.js';
import { defineScript, Store, texts } from '../redis/index.js';
import { isDevice, namingProblem, principalOf, type DeviceRecord, type KeyRecord } from './key-record.js';
import { Sealing, sha256Hex } from './sealing.js';

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

/** What a caller decides about a key; everything else is made here. */
export type NewKey = Pick<KeyRecord, 'deviceType'> &
  Partial<Pick<KeyRecord, 'groupId' | 'id' | 'deviceId' | 'metadata'>>;

/** A key as shown once, at its creation or rotation. */
export interface IssuedKey {
  record: KeyRecord;
  key: string;
  secret: string;
}

/** Who calls the HTTP API, and how the call must be signed. */
export interface Credentials {
  principal: Principal;
  /** Undefined for a key that can not sign. */
  secret: string | undefined;
}

/** Who may open the console, and with which text of the key. */
export interface Admin {
  id: string;
  /** SHA-256 of the key that was presented, hex. */
  keyHash: string;
}

/** A record, and its text as proof that it was not changed meanwhile. */
interface StoredKey {
  record: KeyRecord;
  text: string;
}

/** What a key is for, and stays for. */
const SAME = ['groupId', 'deviceType', 'deviceId'] as const;

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
@Injectable()
export class KeyStore {
  private readonly sealing: Sealing;
  private readonly names;

  constructor(
    private readonly store: Store,
    @Inject('CONFIG') config: Config,
  ) {
    this.sealing = Sealing.of(config);
    const name = (part: string) => `${config.redisKeyPrefix}:{keys}:${part}`;
    this.names = {
      records: name('records'),
      hashes: name('hashes'),
      devices: name('devices'),
      changes: name('changes'),
      ids: name('ids'),
    };
  }

  /** Which device presents this key; undefined for an unknown, outdated or disabled one. */
  async authenticate(key: string): Promise<Principal | undefined> {
    const record = await this.device(key);
    return record && principalOf(record);
  }

  /** Which device presents this key, and the secret of its signatures; undefined as in {@link authenticate}. */
  async credentials(key: string): Promise<Credentials | undefined> {
    const record = await this.device(key);
    return (
      record && { principal: principalOf(record), secret: record.secret && this.sealing.open(record.secret) }
    );
  }

  /** The admin who presents this key; undefined for a device's, an unknown, outdated or disabled one. */
  async admin(key: string): Promise<Admin | undefined> {
    const record = await this.valid(key);
    return record?.deviceType === 'admin' ? { id: record.id, keyHash: sha256Hex(key) } : undefined;
  }

  /** Whether an admin who has presented a key may still go on. */
  async isStillAdmin({ id, keyHash }: Admin): Promise<boolean> {
    const [record] = await this.read([id]);
    return record?.deviceType === 'admin' && isAccepted(record, keyHash);
  }

  private async device(key: string): Promise<DeviceRecord | undefined> {
    const record = await this.valid(key);
    return record && isDevice(record) ? record : undefined;
  }

  private async valid(key: string): Promise<KeyRecord | undefined> {
    const hash = sha256Hex(key);
    const text = await this.store.run(lookup, this.names, { hash });
    if (text === null) {
      return undefined;
    }
    const record = JSON.parse(text) as KeyRecord;
    return isAccepted(record, hash) ? record : undefined;
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

  /** Stores a record from outside whose key and secret are known, replacing one with the same id. */
  async put(record: Omit<KeyRecord, 'keyHash'>, key: string): Promise<void> {
    const { secret } = record;
    const stored = {
      ...record,
      keyHash: sha256Hex(key),
      ...(secret && { secret: this.sealing.seal(secret) }),
    };
    await this.write(stored, '');
  }

  /** Makes a new key. @throws KeyConflict if the id or the device id is taken, or a name is not allowed */
  async create(wanted: NewKey): Promise<IssuedKey> {
    const id = wanted.id ?? `key_${randomBytes(8).toString('hex')}`;
    const problem = namingProblem({ ...wanted, id });
    if (problem) {
      throw new KeyConflict(problem, 'name');
    }
    if ((await this.read([id])).length > 0) {
      throw new KeyConflict(`a key with id ${id} exists`);
    }
    const { groupId = '', metadata = {} } = wanted;
    return this.issue({ ...wanted, id, keyHash: '', groupId, metadata, disabled: false }, '');
  }

  /**
   * Makes a new key, or, if there is one of this id, gives it a new secret text and enables it.
   * @throws KeyConflict if the one there is belongs to something else
   */
  async renew(wanted: NewKey & { id: string }): Promise<IssuedKey> {
    const found = await this.find(wanted.id);
    if (!found) {
      return this.create(wanted);
    }
    const { previousKeyHash: _hash, previousValidUntil: _until, ...record } = found.record;
    if (!SAME.every((name) => record[name] === wanted[name])) {
      throw new KeyConflict(`a key with id ${wanted.id} exists, and is for something else`);
    }
    return this.issue({ ...record, disabled: false }, found.text);
  }

  /**
   * Gives a key a new secret text. Live connections stay.
   * @param overlapMs how long the old one is still accepted
   */
  async rotate(id: string, overlapMs: number): Promise<IssuedKey> {
    const { record, text } = await this.existing(id);
    const previous =
      overlapMs > 0 ? { previousKeyHash: record.keyHash, previousValidUntil: Date.now() + overlapMs } : {};
    const { previousKeyHash: _hash, previousValidUntil: _until, ...rest } = record;
    return this.issue({ ...rest, ...previous }, text);
  }

  /** Disables a key, which ends its live connection, or enables it again. @returns the record after it */
  async setDisabled(id: string, disabled: boolean): Promise<KeyRecord> {
    const { record, text } = await this.existing(id);
    const changed = { ...record, disabled };
    await this.write(changed, text);
    return changed;
  }

  /**
   * Seals every secret anew that is open or sealed with another key than the current one.
   * @returns how many there were
   */
  async reseal(): Promise<number> {
    let count = 0;
    for (const { id } of await this.list()) {
      const { record, text } = await this.existing(id);
      if (record.secret !== undefined && !this.sealing.isCurrent(record.secret)) {
        await this.write({ ...record, secret: this.sealing.seal(this.sealing.open(record.secret)) }, text);
        count++;
      }
    }
    return count;
  }

  private async issue(record: KeyRecord, expected: string): Promise<IssuedKey> {
    const key = `tgk_${randomBytes(24).toString('base64url')}`;
    const secret = `tgs_${randomBytes(32).toString('base64url')}`;
    const stored = { ...record, keyHash: sha256Hex(key), secret: this.sealing.seal(secret) };
    await this.write(stored, expected);
    return { record: stored, key, secret };
  }

  private async existing(id: string): Promise<StoredKey> {
    const found = await this.find(id);
    if (!found) {
      throw new KeyConflict(`no key with id ${id}`, 'unknown');
    }
    return found;
  }

  private async find(id: string): Promise<StoredKey | undefined> {
    const text = await this.store.ask((redis) => redis.hget(this.names.records, id));
    return text === null ? undefined : { record: JSON.parse(text) as KeyRecord, text };
  }

  private async write(record: KeyRecord, expected: string): Promise<void> {
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

/** Whether a key of this record with this hash opens anything now. */
function isAccepted(record: KeyRecord, hash: string): boolean {
  const { keyHash, previousKeyHash, previousValidUntil = 0, disabled } = record;
  const isPrevious = previousKeyHash === hash && previousValidUntil > Date.now();
  return !disabled && (keyHash === hash || isPrevious);
}
