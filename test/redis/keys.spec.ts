import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { KeyChanges, KeyConflict, KeyStore, unreadableSecrets } from '../../src/keys/index.js';
import { expectSame } from '../support/dump.js';
import { TestStore } from '../support/test-store.js';

const DAY_MS = 86_400_000;

let test: TestStore;
let keys: KeyStore;

beforeEach(async () => {
  test = await TestStore.open();
  keys = new KeyStore(test.store, test.config);
});

interface Wanted {
  groupId?: string;
  deviceId?: string;
  disabled?: boolean;
}

function put(id: string, key: string, { groupId = 'shop', deviceId, disabled = false }: Wanted = {}) {
  return keys.put({ id, groupId, deviceType: 'terminal', deviceId, metadata: {}, disabled }, key);
}

const changes = `{keys}:changes`;
const named = (part: string) => `${test.prefix}:${part}`;

describe('lookup', () => {
  it('finds who presents a key', async () => {
    await put('t1', 'secret', { deviceId: 'TERM-001' });
    expect(await keys.authenticate('secret')).toEqual({
      keyId: 't1',
      groupId: 'shop',
      deviceType: 'terminal',
      deviceId: 'TERM-001',
      metadata: {},
    });
  });

  it('finds nobody for an unknown or a disabled key', async () => {
    await put('t1', 'secret', { disabled: true });
    expect(await keys.authenticate('secret')).toBeUndefined();
    expect(await keys.authenticate('unknown')).toBeUndefined();
  });

  it('never stores the key itself', async () => {
    await put('t1', 'a-secret-text');
    expect(JSON.stringify(await test.dump())).not.toContain('a-secret-text');
  });
});

describe('an admin', () => {
  it('is nobody to the edges of devices, and a device is no admin', async () => {
    const admin = await keys.create({ id: 'alice', deviceType: 'admin' });
    await put('t1', 'secret');
    expect(admin.record.groupId).toBe('');
    expect(await keys.authenticate(admin.key)).toBeUndefined();
    expect(await keys.credentials(admin.key)).toBeUndefined();
    const alice = (await keys.admin(admin.key))!;
    expect(alice.id).toBe('alice');
    expect(await keys.admin('secret')).toBeUndefined();
    expect(await keys.isStillAdmin(alice)).toBe(true);
    expect(await keys.isStillAdmin({ ...alice, id: 't1' })).toBe(false);
    expect(await keys.isStillAdmin({ ...alice, id: 'nobody' })).toBe(false);
  });

  it('who is disabled, or has a newer key, is refused', async () => {
    const { key } = await keys.create({ id: 'alice', deviceType: 'admin' });
    const before = (await keys.admin(key))!;
    await keys.rotate('alice', 60_000);
    expect(await keys.isStillAdmin(before)).toBe(true);
    const rotated = await keys.rotate('alice', 0);
    expect(await keys.admin(key)).toBeUndefined();
    expect(await keys.isStillAdmin(before)).toBe(false);
    const alice = (await keys.admin(rotated.key))!;
    expect(alice.id).toBe('alice');
    await keys.setDisabled('alice', true);
    expect(await keys.admin(rotated.key)).toBeUndefined();
    expect(await keys.isStillAdmin(alice)).toBe(false);
  });

  it.each([
    ['a group', { deviceType: 'admin' as const, groupId: 'shop' }],
    ['a device', { deviceType: 'admin' as const, deviceId: 'D' }],
  ])('has no %s', async (_what, wanted) => {
    await expect(keys.create(wanted)).rejects.toMatchObject({ name: 'KeyConflict', trouble: 'name' });
  });

  it('is the only one without a group', async () => {
    await expect(keys.create({ deviceType: 'desktop' })).rejects.toMatchObject({ trouble: 'name' });
  });
});

describe('pages', () => {
  it('have every key once, by id, whatever is changed meanwhile', async () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    for (const id of [...ids].reverse()) await put(id, `key-${id}`);
    const first = await keys.page(2);
    expect(first.map(({ id }) => id)).toEqual(['a', 'b']);
    await keys.rotate('c', 0);
    await put('aa', 'key-aa');
    const second = await keys.page(2, 'b');
    expect(second.map(({ id }) => id)).toEqual(['c', 'd']);
    expect((await keys.page(2, 'd')).map(({ id }) => id)).toEqual(['e']);
    expect(await keys.page(2, 'e')).toEqual([]);
  });
});

describe('renew', () => {
  const till = { id: 'play-till', groupId: 'play', deviceType: 'desktop' as const };

  it('makes a key, and gives it a new text when it is there', async () => {
    const first = await keys.renew(till);
    await keys.setDisabled(till.id, true);
    const second = await keys.renew(till);
    expect(await keys.authenticate(first.key)).toBeUndefined();
    expect(await keys.authenticate(second.key)).toMatchObject({ keyId: till.id, groupId: 'play' });
    expect(await test.redis.hlen(named('{keys}:hashes'))).toBe(1);
  });

  it.each([
    ['group', { groupId: 'shop' }],
    ['kind', { deviceType: 'terminal' as const }],
    ['device', { deviceType: 'terminal' as const, deviceId: 'D' }],
  ])('leaves a key of another %s alone', async (_what, other) => {
    await keys.create({ ...till, ...other });
    const before = await test.dump();
    await expect(keys.renew(till)).rejects.toMatchObject({ name: 'KeyConflict', trouble: 'conflict' });
    expectSame(await test.dump(), before);
  });
});

describe('reseal', () => {
  const withKeys = (secretsKey: string | undefined, ...secretsKeysAccepted: string[]) =>
    new KeyStore(test.store, { ...test.config, secretsKey, secretsKeysAccepted });
  const newKey = () => randomBytes(32).toString('base64');

  it('seals open secrets and those of an older key, once', async () => {
    const [first, second] = [newKey(), newKey()];
    const { key, secret } = await withKeys(undefined).create({ groupId: 'shop', deviceType: 'desktop' });
    expect(JSON.stringify(await test.dump())).toContain(secret);
    expect(await withKeys(first).reseal()).toBe(1);
    expect(JSON.stringify(await test.dump())).not.toContain(secret);
    const rotated = withKeys(second, first);
    expect(await rotated.credentials(key)).toMatchObject({ secret });
    expect([await rotated.reseal(), await rotated.reseal()]).toEqual([1, 0]);
    expect(await withKeys(second).credentials(key)).toMatchObject({ secret });
    await expect(withKeys(first).credentials(key)).rejects.toThrow(/SECRETS_KEY/);
    const unreadable = (secretsKey?: string) => unreadableSecrets(keys, { ...test.config, secretsKey });
    expect([await unreadable(second), await unreadable(first), await unreadable()]).toEqual([0, 1, 1]);
  });
});

describe('upsert', () => {
  it('replaces a record and all that leads to it', async () => {
    await put('t1', 'old', { deviceId: 'TERM-001' });
    await put('t1', 'new', { deviceId: 'TERM-002', groupId: 'other' });
    expect(await keys.authenticate('old')).toBeUndefined();
    expect(await keys.authenticate('new')).toMatchObject({ groupId: 'other', deviceId: 'TERM-002' });
    expect(await keys.keyOfDevice('shop', 'TERM-001')).toBeUndefined();
    expect(await keys.keyOfDevice('other', 'TERM-002')).toBe('t1');
    expect(await test.redis.hlen(named('{keys}:hashes'))).toBe(1);
    expect(await test.redis.zcard(named('{keys}:devices'))).toBe(1);
  });

  it('refuses a device id that another key of the group has', async () => {
    await put('t1', 'one', { deviceId: 'TERM-001' });
    const before = await test.dump();
    await expect(put('t2', 'two', { deviceId: 'TERM-001' })).rejects.toThrow(KeyConflict);
    expectSame(await test.dump(), before);
    await put('t2', 'two', { deviceId: 'TERM-001', groupId: 'other' });
    await put('t3', 'three', { deviceId: 'TERM-0011' });
    expect(await keys.keyOfDevice('shop', 'TERM-001')).toBe('t1');
  });

  it('refuses a key that is already the key of another record', async () => {
    await put('t1', 'same');
    const before = await test.dump();
    await expect(put('t2', 'same')).rejects.toThrow('already the key of t1');
    expectSame(await test.dump(), before);
  });

  it('refuses a change of a record that was changed meanwhile', async () => {
    await put('t1', 'secret');
    const outcomes = await Promise.allSettled([
      keys.setDisabled('t1', true),
      keys.rotate('t1', 0),
      keys.rotate('t1', 1_000),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps the key before a rotation for as long as asked', async () => {
    await put('t1', 'old');
    const issued = await keys.rotate('t1', 60_000);
    expect(await keys.authenticate('old')).toMatchObject({ keyId: 't1' });
    expect(await keys.authenticate(issued.key)).toMatchObject({ keyId: 't1' });
    const again = await keys.rotate('t1', 0);
    expect(await keys.authenticate('old')).toBeUndefined();
    expect(await keys.authenticate(issued.key)).toBeUndefined();
    expect(await keys.authenticate(again.key)).toMatchObject({ keyId: 't1' });
    expect(await test.redis.hlen(named('{keys}:hashes'))).toBe(1);
  });

  it('notes what changed when, and forgets it after a day', async () => {
    const start = await test.now();
    await put('t1', 'one');
    const { ids, now } = await keys.changesSince(start, 0, 10);
    expect(ids).toEqual(['t1']);
    expect(now).toBeGreaterThanOrEqual(start);
    await test.redis.zadd(named(changes), 'XX', start - DAY_MS - 1, 't1');
    await put('t2', 'two');
    expect((await keys.changesSince(0, 0, 10)).ids).toEqual(['t2']);
  });

  it('tells what has changed, page by page, and no more of it when that is a while ago', async () => {
    const all = Array.from({ length: 1_200 }, (_, i) => `many-${i}`);
    const now = await test.now();
    await test.redis.zadd(named(changes), ...all.flatMap((id) => [now, id]));
    const reader = new KeyChanges(keys);
    expect((await reader.next()).sort()).toEqual([...all].sort());
    expect(await reader.next()).toHaveLength(all.length);
    await test.clockPast(now + 2_000);
    await reader.next();
    expect(await reader.next()).toEqual([]);
    await put('t1', 'one');
    expect(await reader.next()).toEqual(['t1']);
  });

  it('tells all when the clock of the store has gone back, as after a failover', async () => {
    await put('t1', 'one');
    const reader = new KeyChanges(keys);
    await reader.next();
    Object.assign(reader, { readAt: (await test.now()) + DAY_MS });
    expect(await reader.next()).toEqual(['t1']);
  });

  it('of the record as it is notes no change', async () => {
    await put('t1', 'one', { deviceId: 'TERM-001' });
    const before = await test.dump();
    await put('t1', 'one', { deviceId: 'TERM-001' });
    expectSame(await test.dump(), before);
  });
});
