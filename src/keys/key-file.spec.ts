import { describe, expect, it } from 'vitest';
import { parseKeyFile } from './key-file.js';

const pos = { id: 'pos-1', key: 'k-pos-1', groupId: 'shop', deviceType: 'desktop' };
const terminal = { id: 't-1', key: 'k-t-1', groupId: 'shop', deviceType: 'terminal', deviceId: 'TERM-001' };
const file = (...keys: object[]) => JSON.stringify({ keys });

describe('parseKeyFile', () => {
  it('reads records as they are', () => {
    expect(parseKeyFile(file(pos, terminal))).toEqual(
      [pos, terminal].map((record) => expect.objectContaining(record)),
    );
  });

  it.each([
    ['no JSON', '{', 'not valid JSON'],
    ['no list', '{"keys":{}}', 'array "keys"'],
    ['null', 'null', 'array "keys"'],
    ['a scalar record', '{"keys":[5]}', 'keys[0] must be an object'],
    ['a missing group', file({ ...pos, groupId: undefined }), 'keys[0].groupId'],
    ['an unknown type', file(pos, { ...terminal, deviceType: 'phone' }), 'keys[1].deviceType'],
    ['a device id with a line feed', file({ ...terminal, deviceId: 'a\nb' }), 'keys[0].deviceId'],
    ['a desktop with a device id', file({ ...pos, deviceId: 'D' }), 'keys[0].deviceId is only for terminals'],
    ['a repeated id', file(pos, { ...terminal, id: 'pos-1' }), 'keys[1].id appears twice'],
    ['a repeated key', file(pos, { ...terminal, key: 'k-pos-1' }), 'keys[1].key appears twice'],
    [
      'a repeated device',
      file(terminal, { ...terminal, id: 'x', key: 'y' }),
      'keys[1].deviceId appears twice',
    ],
  ])('refuses %s', (_what, text, problem) => {
    expect(() => parseKeyFile(text)).toThrow(problem);
  });

  it('takes an admin, who has no group', () => {
    const admin = { id: 'alice', key: 'k-alice', deviceType: 'admin' };
    expect(parseKeyFile(file(pos, admin))[1]).toEqual(expect.objectContaining(admin));
  });

  it.each([
    ['in a group', { groupId: 'shop' }, 'keys[0].groupId is not for admin keys'],
    ['with a device id', { deviceId: 'D' }, 'keys[0].deviceId is only for terminals'],
    ['with an endless id', { id: 'a'.repeat(65) }, 'keys[0].id of an admin key must be at most 64'],
  ])('refuses an admin %s', (_what, extra, problem) => {
    expect(() => parseKeyFile(file({ id: 'a', key: 'k', deviceType: 'admin', ...extra }))).toThrow(problem);
  });

  it('never repeats a key', () => {
    expect(() => parseKeyFile(file({ ...pos, deviceType: 'phone' }))).toThrow(/^(?!.*k-pos-1)/s);
  });
});
