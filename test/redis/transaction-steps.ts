import fc from 'fast-check';
import type { FinalAnswer } from './transaction-facts.js';

export const TILLS = ['pos-1', 'pos-2'];
/** `t1` has a device id, `t2` has none. */
export const TERMINALS = ['t1', 't2'];
export const IDS = Array.from({ length: 12 }, (_, i) => `T${i}`);

/**
 * One thing that happens. `age` tells which connection of an endpoint acts, counted from the latest; `pick` which
 * transaction it is about, mostly one for which it makes sense; `again` whether a payment that is known is asked for;
 * `right` whether the terminal is the one that the transaction is for.
 */
export type TransactionStep =
  | { do: 'pay'; pos: string; age: number; pick: number; again: boolean; terminal: string; amount: string }
  | { do: 'claim'; pick: number; age: number; attempt: number }
  | { do: 'unclaim'; pick: number }
  | { do: 'answer'; pick: number; age: number; right: boolean; status: FinalAnswer | 'PENDING' }
  | { do: 'unknown'; pick: number; age: number; right: boolean }
  | { do: 'progress'; pick: number; age: number; right: boolean }
  | { do: 'cancel'; pick: number; pos: string }
  | { do: 'answerCancel'; pick: number; age: number; right: boolean; yes: boolean }
  | { do: 'answerVoid'; pick: number; age: number; right: boolean; yes: boolean }
  | { do: 'receipt'; endpoint: string; age: number; pick: number }
  | { do: 'deadline'; pick: number; due: boolean }
  | { do: 'drop'; endpoint: string; seen: boolean }
  | { do: 'connect'; endpoint: string; resumed: boolean }
  | { do: 'see'; terminal: string }
  | { do: 'resume'; terminal: string; age: number };

/** One of the likely transactions, or now and then any. */
export function oneOf(likely: readonly string[], pick: number): string {
  const candidates = likely.length > 0 && pick % 8 !== 0 ? likely : IDS;
  return candidates[pick % candidates.length]!;
}

const pos = fc.constantFrom(...TILLS);
const terminal = fc.constantFrom('t1', 't1', 't2');
const amount = fc.constantFrom('1.00', '1.00', '1.00', '1.00', '2.00');
/** Which connection of the endpoint acts, counted from the latest. */
const age = fc.constantFrom(0, 0, 0, 1);
const pick = fc.nat(59);
const right = fc.constantFrom(true, true, true, true, false);
const status = fc.constantFrom<FinalAnswer | 'PENDING'>(
  'SUCCESS',
  'SUCCESS',
  'FAILED',
  'CANCELLED',
  'PENDING',
);
const endpoint = fc.constantFrom(...TILLS, 't1', 't1', 't1', 't2', 't2');
const often = fc.constantFrom(true, true, true, false);
const rarely = fc.constantFrom(false, false, false, true);
const yes = fc.boolean();

const kind = <K extends string, F extends object>(name: K, fields: { [P in keyof F]: fc.Arbitrary<F[P]> }) =>
  fc.record({ do: fc.constant(name), ...fields });

const step = fc.oneof(
  { weight: 8, arbitrary: kind('pay', { pos, age, pick, again: rarely, terminal, amount }) },
  { weight: 9, arbitrary: kind('claim', { pick, age, attempt: fc.nat(2) }) },
  { weight: 2, arbitrary: kind('unclaim', { pick }) },
  { weight: 5, arbitrary: kind('answer', { pick, age, right, status }) },
  { weight: 5, arbitrary: kind('unknown', { pick, age, right }) },
  { weight: 1, arbitrary: kind('progress', { pick, age, right }) },
  { weight: 2, arbitrary: kind('cancel', { pick, pos }) },
  { weight: 2, arbitrary: kind('answerCancel', { pick, age, right, yes }) },
  { weight: 4, arbitrary: kind('answerVoid', { pick, age, right, yes }) },
  { weight: 4, arbitrary: kind('receipt', { endpoint, age: fc.nat(1), pick }) },
  { weight: 8, arbitrary: kind('deadline', { pick, due: often }) },
  { weight: 5, arbitrary: kind('drop', { endpoint, seen: often }) },
  { weight: 7, arbitrary: kind('connect', { endpoint, resumed: often }) },
  { weight: 1, arbitrary: kind('see', { terminal }) },
  { weight: 1, arbitrary: kind('resume', { terminal, age }) },
) as fc.Arbitrary<TransactionStep>;

/**
 * `again`: the reply is lost, and the client sends the script once more. Without the bias to short stories and small numbers,
 * which would spend most of the runs on beginnings.
 */
export const transactionStory = fc.noBias(
  fc.array(fc.record({ step, again: rarely }), { minLength: 1, maxLength: 120, size: 'max' }),
);
