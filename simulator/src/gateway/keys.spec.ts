import { describe, expect, it } from 'vitest';
import { newFile } from '../../test/support/files.js';
import { makeKeys, readKeyFile } from './keys.js';

const good = { id: 'a', key: 'secret-text', groupId: 'g', deviceType: 'desktop' };

describe('a key file', () => {
  it('gives its keys, without those that are disabled and those of admins', () => {
    const admin = { id: 'alice', key: 'other-text', deviceType: 'admin' };
    const path = newFile('keys.json', { keys: [admin, good, { ...good, id: 'b', disabled: true }] });
    expect(readKeyFile(path)).toEqual([good]);
  });

  it.each([
    ['keys[0] needs a text as id', [{ ...good, id: 7 }]],
    ['keys[1] needs a text as key', [good, { ...good, key: undefined }]],
    ['keys[0] needs "desktop" or "terminal" as deviceType', [{ ...good, deviceType: 'pos' }]],
    ['keys[0] needs a text as id', [null]],
    ['has no list "keys"', 'none'],
  ])('%s, and no secret is told', (message, keys) => {
    const read = () => readKeyFile(newFile('keys.json', { keys }));
    expect(read).toThrow(message);
    expect(read).not.toThrow('secret-text');
  });

  it('that is not there', () => {
    expect(() => readKeyFile('/no/such/file')).toThrow('/no/such/file can not be read: ENOENT');
  });
});

it('made-up keys are different, and named by what they are', () => {
  const keys = makeKeys('shop', { tills: 2, terminals: 2, anonymous: 1 });
  expect(new Set(keys.map(({ key }) => key)).size).toBe(5);
  expect(keys.map(({ id }) => id)).toEqual([
    ...['shop-till-1', 'shop-till-2', 'shop-terminal-1', 'shop-terminal-2', 'shop-anonymous-1'],
  ]);
  expect(keys.map(({ deviceId }) => deviceId)).toEqual([
    undefined,
    undefined,
    'TERM-001',
    'TERM-002',
    undefined,
  ]);
});
