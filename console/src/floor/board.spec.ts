import { beforeEach, describe, expect, it } from 'vitest';
import type { FloorRow, FloorUpdate } from '../api/views.js';
import { Board, type FloorFilter } from './board.js';

const ALL: FloorFilter = { condition: 'all', groupId: '', text: '' };

let board: Board;
beforeEach(() => (board = new Board()));

function terminal(terminalId: string, more: Partial<FloorRow> = {}): FloorRow {
  return { groupId: 'shop', keyId: `key-${terminalId}`, terminalId, condition: 'online', ...more };
}

function update(rows: FloorRow[], more: Partial<FloorUpdate> = {}): void {
  board.apply({ now: 0, rows, gone: [], ...more });
}

const names = (filter: Partial<FloorFilter> = {}) =>
  board.view({ ...ALL, ...filter }).rows.map(({ terminalId }) => terminalId);

describe('the board', () => {
  it('sorts by group and name, numbers by their value, whatever the order in which terminals come', () => {
    update([terminal('T-10'), terminal('T-2'), terminal('A', { groupId: 'zoo' })]);
    update([terminal('T-1'), terminal('B', { groupId: 'bar' }), terminal('T-11')]);
    expect(names()).toEqual(['B', 'T-1', 'T-2', 'T-10', 'T-11', 'A']);
  });

  it('keeps the order when a terminal changes, and its place when it gets another name', () => {
    update([terminal('T-1'), terminal('T-2'), terminal('T-3')]);
    update([terminal('T-1', { condition: 'offline' })]);
    expect(names()).toEqual(['T-1', 'T-2', 'T-3']);
    update([terminal('T-9', { keyId: 'key-T-1' })]);
    expect(names()).toEqual(['T-2', 'T-3', 'T-9']);
  });

  it('forgets what is gone', () => {
    update([terminal('T-1'), terminal('T-2')]);
    update([], { gone: [{ groupId: 'shop', keyId: 'key-T-1' }] });
    expect(names()).toEqual(['T-2']);
    expect(board.size).toBe(1);
  });

  it('after a new snapshot knows only what that has named, and meanwhile still shows the rest', () => {
    update([terminal('T-1'), terminal('T-2')], { isComplete: true });
    board.begin();
    update([terminal('T-2'), terminal('T-3')]);
    expect(names()).toEqual(['T-1', 'T-2', 'T-3']);
    expect(board.isComplete).toBe(false);
    update([], { isComplete: true });
    expect(names()).toEqual(['T-2', 'T-3']);
    expect(board.isComplete).toBe(true);
  });

  it('counts by condition what fits group and text, whatever the chosen condition', () => {
    update([
      terminal('T-1'),
      terminal('T-2', { condition: 'busy' }),
      terminal('T-3', { condition: 'busy', groupId: 'other' }),
    ]);
    const { rows, counts } = board.view({ condition: 'busy', groupId: 'shop', text: '' });
    expect(rows).toHaveLength(1);
    expect(counts).toEqual({ all: 2, online: 1, busy: 1, reconnecting: 0, offline: 0 });
  });

  it('finds by parts of the names of terminal, key and instance', () => {
    update([
      terminal('TERM-1', { instance: 'gw-a' }),
      terminal('TERM-2', { instance: 'gw-b', keyId: 'k-77' }),
    ]);
    expect(names({ text: ' term-2 ' })).toEqual(['TERM-2']);
    expect(names({ text: 'K-7' })).toEqual(['TERM-2']);
    expect(names({ text: 'gw-a' })).toEqual(['TERM-1']);
    expect(names({ text: 'shop' })).toEqual([]);
  });

  it('keeps what was measured until it is measured again, but no round trip of another connection', () => {
    const key = { groupId: 'shop', keyId: 'key-T-1' };
    update([terminal('T-1', { connectionId: 'c1' })]);
    board.applyActivity({ now: 0, activity: [{ ...key, lastActivity: 5, roundTripMs: 12 }] });
    update([terminal('T-1', { connectionId: 'c1', condition: 'busy' })]);
    expect(board.find(key)).toMatchObject({ lastActivity: 5, roundTripMs: 12, condition: 'busy' });
    update([terminal('T-1', { connectionId: 'c2' })]);
    expect(board.find(key)!.roundTripMs).toBeUndefined();
    board.applyActivity({ now: 0, activity: [{ groupId: 'shop', keyId: 'unknown', lastActivity: 1 }] });
    expect(board.size).toBe(1);
  });

  it('drops what a terminal does not have any more', () => {
    update([terminal('T-1', { transactionId: 'tx', condition: 'busy', instance: 'gw-a' })]);
    update([terminal('T-1', { condition: 'offline' })]);
    expect(board.find({ groupId: 'shop', keyId: 'key-T-1' })).toEqual(
      terminal('T-1', { condition: 'offline' }),
    );
  });

  it('names groups that could be meant', () => {
    update([terminal('A', { groupId: 'north' }), terminal('B', { groupId: 'south' }), terminal('C')]);
    expect(board.groups('th', 9)).toEqual(['north', 'south']);
    expect(board.groups('', 1)).toHaveLength(1);
  });
});
