import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import type { Principal } from '../protocol/index.js';
import { Store } from '../redis/index.js';
import { isDevice, namingProblem, principalOf, type DeviceRecord, type KeyRecord } from './key-record.js';
import { KeyConflict, KeyRecords, type StoredKey } from './key-records.js';
import { Sealing, sha256Hex } from './sealing.js';

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

/** What a key is for, and stays for. */
const SAME = ['groupId', 'deviceType', 'deviceId'] as const;

/** Who presents a key, and how keys come into being and change. */
@Injectable()
export class KeyStore extends KeyRecords {
  private readonly sealing: Sealing;

  constructor(store: Store, @Inject('CONFIG') config: Config) {
    super(store, config);
    this.sealing = Sealing.of(config);
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
    const record = await this.ofHash(hash);
    return record && isAccepted(record, hash) ? record : undefined;
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
}

/** Whether a key of this record with this hash opens anything now. */
function isAccepted(record: KeyRecord, hash: string): boolean {
  const { keyHash, previousKeyHash, previousValidUntil = 0, disabled } = record;
  const isPrevious = previousKeyHash === hash && previousValidUntil > Date.now();
  return !disabled && (keyHash === hash || isPrevious);
}
