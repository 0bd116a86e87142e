import { expect, it } from 'vitest';
import type { Note } from '../devices/journal.js';
import { Tally } from './tally.js';

function tallyOf(...notes: Note[]): Tally {
  const tally = new Tally();
  notes.forEach((note, i) => tally.note({ n: i, at: 10 * i, tx: 'tx', ...note }));
  return tally;
}

it('counts a payment once, however often it is asked for and told', () => {
  const complete: Note = { what: 'complete', status: 'SUCCESS' };
  const tally = tallyOf({ what: 'asked' }, complete, complete, { what: 'asked' }, complete);
  expect(tally.endings).toMatchObject({ approved: 1, declined: 0 });
});

it('measures the hops from what both sides wrote down', () => {
  const notes: Note[] = [{ what: 'asked' }, { what: 'received' }, { what: 'decided' }, { what: 'responded' }];
  const hops = tallyOf(...notes, { what: 'complete', status: 'FAILED', code: 'DECLINED' }).latencies.get();
  expect(hops['till to terminal'].p50).toBe(10);
  expect(hops['at the terminal'].p50).toBe(20);
  expect(hops['terminal to till'].p50).toBe(10);
  expect(hops['whole payment'].p50).toBe(40);
});

it('turns what was given up into voided when that is told', () => {
  const given: Note[] = [
    { what: 'asked' },
    { what: 'complete', status: 'FAILED', code: 'TERMINAL_DISCONNECTED' },
  ];
  expect(tallyOf(...given).endings).toMatchObject({ 'given up': 1, voided: 0 });
  expect(tallyOf(...given, { what: 'corrected' }).endings).toMatchObject({ 'given up': 0, voided: 1 });
});

it('counts refusals by their code', () => {
  const tally = tallyOf({ what: 'asked' }, { what: 'refused', code: 'X' }, { what: 'let-go', code: 'X' });
  expect([...tally.refusals]).toEqual([['X', 1]]);
  expect(tally.endings['let go']).toBe(1);
});
