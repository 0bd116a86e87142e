import { describe, expect, it } from 'vitest';
import { hopsOf, stretchesOf } from './timeline.js';

const steps = (...pairs: [string, number][]) => pairs.map(([event, at]) => ({ event, at, instance: 'gw-a' }));
const WHOLE = steps(
  ['accepted', 1_000],
  ['claimed', 1_002],
  ['sent', 1_003],
  ['received', 1_009],
  ['result', 3_000],
  ['pushed', 3_004],
  ['receipted', 3_011],
);

describe('the hops of a payment', () => {
  it('tells from whom to whom each went, and how long it took', () => {
    const hops = hopsOf(WHOLE);
    expect(hops.map(({ event, from, to }) => `${event}: ${from} ${to}`)).toEqual([
      'accepted: till gateway',
      'claimed: gateway gateway',
      'sent: gateway terminal',
      'received: terminal gateway',
      'result: terminal gateway',
      'pushed: gateway till',
      'receipted: till gateway',
    ]);
    expect(hops.map(({ sinceLastMs }) => sinceLastMs)).toEqual([0, 2, 1, 6, 1_991, 4, 7]);
    expect(hops.at(-1)!.sinceStartMs).toBe(2_011);
  });

  it('puts what happened within one millisecond into the order of the way', () => {
    const hops = hopsOf(steps(['pushed', 5], ['result', 5], ['pinEntered', 5], ['sent', 5], ['accepted', 5]));
    expect(hops.map(({ event }) => event)).toEqual(['accepted', 'sent', 'pinEntered', 'result', 'pushed']);
  });

  it.each(['pinEntered', 'constructor'])(
    'shows a stage of the terminal by the name that it gave it: %s',
    (name) => {
      const [, hop] = hopsOf(steps(['accepted', 1], [name, 2]));
      expect(hop).toMatchObject({ from: 'terminal', to: 'gateway', words: `The terminal says: ${name}` });
    },
  );

  it('shows an outcome that no terminal gave as the gateway’s own', () => {
    const [, given] = hopsOf(steps(['accepted', 1], ['result', 2]), 'TERMINAL_DISCONNECTED');
    expect(given).toMatchObject({ from: 'gateway', to: 'gateway' });
    const [, told] = hopsOf(steps(['accepted', 1], ['result', 2]), 'DECLINED');
    expect(told).toMatchObject({ from: 'terminal', to: 'gateway' });
  });

  it('marks where the line was cut and whole again', () => {
    const hops = hopsOf(steps(['accepted', 1], ['disconnected', 2], ['reconnected', 9]));
    expect(hops.map(({ line }) => line)).toEqual([undefined, 'cut', 'back']);
  });

  it('takes a payment without any step', () => expect(hopsOf([])).toEqual([]));
});

describe('where the time went', () => {
  it('adds up to the whole way', () => {
    const stretches = stretchesOf(WHOLE);
    expect(stretches.map(({ tone, ms }) => [tone, ms])).toEqual([
      ['gateway', 3],
      ['line', 6],
      ['terminal', 1_991],
      ['gateway', 4],
      ['till', 7],
    ]);
  });

  it('leaves out what is not known', () => {
    const stretches = stretchesOf(steps(['accepted', 1], ['result', 5_001]));
    expect(stretches.map(({ tone, ms }) => [tone, ms])).toEqual([['terminal', 5_000]]);
    expect(stretchesOf(steps(['accepted', 1]))).toEqual([]);
  });

  it('knows no negative time: an answer may overtake the receipt', () => {
    const overtaken = steps(['accepted', 1], ['sent', 2], ['received', 9], ['result', 7]);
    expect(stretchesOf(overtaken).every(({ ms }) => ms >= 0)).toBe(true);
  });
});
