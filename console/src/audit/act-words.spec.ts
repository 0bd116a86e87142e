import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { AuditView } from '../api/views.js';
import { ACTIONS, actInWords, actorInWords, filteredActs } from './act-words.js';

const LOG = resolve(import.meta.dirname, '../../../src/audit/audit-log.ts');

function act(id: string, more: Partial<AuditView>): AuditView {
  const actor = { kind: 'admin' as const, id: 'alice' };
  return { id, at: '', action: 'key.created', actor, from: '10.0.0.1', subject: 'till', ...more };
}

describe('an act', () => {
  it('has words for everything that the gateway notes', () => {
    const [, union = ''] = /export type AuditAction =([^;]+);/.exec(readFileSync(LOG, 'utf8')) ?? [];
    const noted = [...union.matchAll(/'([^']+)'/g)].map(([, action]) => action!);
    expect(noted.length).toBeGreaterThan(5);
    expect(noted.filter((action) => !ACTIONS.includes(action))).toEqual([]);
  });

  it('says what it was done to where that is worth a word', () => {
    expect(actInWords({ action: 'key.rotated', subject: 'till' })).toEqual({
      done: 'rotated the key',
      subject: 'till',
    });
    expect(actInWords({ action: 'console.signed-in', subject: 'alice' })).toEqual({
      done: 'signed in to the console',
    });
  });

  it('of a newer gateway is shown as it is called', () => {
    expect(actInWords({ action: 'new.thing', subject: 'x' })).toEqual({ done: 'new.thing', subject: 'x' });
  });

  it('says by what means it was done', () => {
    expect(actorInWords({ kind: 'command', id: 'root' })).toBe('root (command line)');
    expect(actorInWords({ kind: 'key', id: 'till' })).toBe('till (API key)');
    expect(actorInWords({ kind: 'admin', id: 'alice' })).toBe('alice');
  });
});

describe('the filter of acts', () => {
  const acts = [
    act('1', {}),
    act('2', { action: 'key.disabled', groupId: 'shop-1' }),
    act('3', { actor: { kind: 'command', id: 'root' }, from: 'host-7' }),
  ];
  const ids = (action: string, search: string) => filteredActs(acts, { action, search }).map(({ id }) => id);

  it('finds by action, actor, subject, group and address', () => {
    expect(ids('', '')).toEqual(['1', '2', '3']);
    expect(ids('key.disabled', '')).toEqual(['2']);
    expect(ids('', 'ROOT host')).toEqual(['3']);
    expect(ids('', 'shop-1 till')).toEqual(['2']);
    expect(ids('key.created', 'shop-1')).toEqual([]);
  });
});
