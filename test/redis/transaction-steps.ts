import fc from 'fast-check';
import type { FinalAnswer } from './transaction-model.js';

export const TILLS = ['pos-1', 'pos-2', 'pos-3'];
export const TERMINALS = ['t1', 't2'];
export const IDS = Array.from({ length: 8 }, (_, i) => `T${i}`);

/**
 * One thing that happens. `age` tells which connection of an endpoint acts, counted from the latest; `pick` which
 * transaction it is about, mostly one for which it makes sense.
 */
export type TransactionStep =
  | { do: 'pay'; pos: string; age: number; id: string; terminal: string; amount: string }
  | { do: 'claim'; pick: number; age: number; attempt: number }
  | { do: 'answer'; pick: number; right: boolean; status: FinalAnswer | 'PENDING' }
  | { do: 'receipt'; endpoint: string; age: number; pick: number }
  | { do: 'deadline'; pick: number; due: boolean }
  | { do: 'drop' | 'connect'; endpoint: string };

/** One of the likely transactions, or now and then any. */
export function oneOf(likely: readonly string[], pick: number): string {
  const candidates = likely.length > 0 && pick % 6 !== 0 ? likely : IDS;
  return candidates[pick % candidates.length]!;
}

const pos = fc.constantFrom(...TILLS);
const terminal = fc.constantFrom('t1', 't1', 't2');
const id = fc.constantFrom(...IDS);
const amount = fc.constantFrom('1.00', '1.00', '1.00', '2.00');
/** Which connection of the endpoint acts, counted from the latest. */
const age = fc.constantFrom(0, 0, 0, 1);
const anyAge = fc.nat(1);
const pick = fc.nat(59);
const right = fc.constantFrom(true, true, true, false);
const status = fc.constantFrom<FinalAnswer | 'PENDING'>('SUCCESS', 'FAILED', 'CANCELLED', 'PENDING');
const endpoint = fc.constantFrom(...TILLS, ...TERMINALS);

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('pay' as const), pos, age, id, terminal, amount }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('claim' as const), pick, age, attempt: fc.nat(1) }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('answer' as const), pick, right, status }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('receipt' as const), endpoint, age: anyAge, pick }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deadline' as const), pick, due: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('drop' as const), endpoint }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('connect' as const), endpoint }) },
);
/** `again`: the reply is lost, and the client sends the script once more. */
export const transactionStory = fc.array(fc.record({ step, again: fc.boolean() }), {
  minLength: 1,
  maxLength: 80,
  size: 'max',
});
