import { expect, it } from 'vitest';
import { makeKeys } from '../gateway/keys.js';
import { KeyPool } from './key-pool.js';
import type { Needs } from './scenario.js';

const NOTHING: Needs = {
  tills: 0,
  terminals: 0,
  anonymous: 0,
  foreignTills: 0,
  foreignTerminals: 0,
  http: false,
};
const keys = [
  ...makeKeys('one', { tills: 2, terminals: 2, anonymous: 1 }),
  ...makeKeys('two', { tills: 1, terminals: 1 }),
];

it('gives each key to one scenario at a time, and again when it is free', () => {
  const pool = new KeyPool(keys);
  const needs = { ...NOTHING, tills: 1, terminals: 1 };
  const leases = [pool.lease(needs), pool.lease(needs), pool.lease(needs)];
  const given = leases.flatMap((lease) => Object.values(lease!).flat());
  expect(new Set(given).size).toBe(6);
  expect(pool.lease(needs)).toBeUndefined();
  pool.release(leases[1]!);
  expect(pool.lease(needs)).toBeDefined();
});

it('takes the devices of a scenario from one group, and foreign ones from another', () => {
  const lease = new KeyPool(keys).lease({
    ...NOTHING,
    tills: 2,
    anonymous: 1,
    foreignTills: 1,
    foreignTerminals: 1,
  })!;
  expect(new Set([...lease.tills, ...lease.anonymous].map(({ groupId }) => groupId))).toEqual(
    new Set(['one']),
  );
  expect([...lease.foreignTills, ...lease.foreignTerminals].map(({ groupId }) => groupId)).toEqual([
    'two',
    'two',
  ]);
});

it('knows what can never be given', () => {
  const pool = new KeyPool(keys);
  for (let i = 0; i < 3; i++) expect(pool.lease({ ...NOTHING, tills: 1 })).toBeDefined();
  expect(pool.couldLease({ ...NOTHING, tills: 2 })).toBe(true);
  expect(pool.couldLease({ ...NOTHING, tills: 3 })).toBe(false);
  expect(pool.couldLease({ ...NOTHING, terminals: 1, foreignTerminals: 3 })).toBe(false);
});

it('gives tills with a secret where HTTP is needed', () => {
  const [first, ...others] = makeKeys('shop', { tills: 2, terminals: 0 });
  const { secret: _, ...withoutSecret } = first!;
  const pool = new KeyPool([withoutSecret, ...others]);
  expect(pool.lease({ ...NOTHING, tills: 1, http: true })!.tills).toEqual([others[0]]);
  expect(pool.couldLease({ ...NOTHING, tills: 2, http: true })).toBe(false);
});
