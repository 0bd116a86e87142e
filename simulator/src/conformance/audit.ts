import type { Frame } from '../wire/frame.js';
import type { Asked } from './contract.js';
import { Mismatch } from './mismatch.js';
import type { Surroundings } from './surroundings.js';
import type { Terminal } from './terminal.js';
import type { Till } from './till.js';

/**
 * What holds in every scenario: a payment comes once, and once more for each time its terminal says it never arrived; a
 * result is the same event however often it comes.
 * @throws Mismatch
 */
export function auditPayments(
  { asked, latePolicy }: Surroundings,
  tills: readonly Till[],
  terminals: readonly Terminal[],
): void {
  for (const payment of asked) {
    terminals.forEach((terminal) => assertGivenOnce(payment, terminal));
    const results = resultsOf(payment, tills);
    // Only by this policy an outcome is ever corrected.
    const isCorrection = (frame: Frame) => latePolicy === 'deliver' && frame['late'] === true;
    assertOne(
      payment,
      results.filter((frame) => !isCorrection(frame)),
    );
    assertOne(payment, results.filter(isCorrection));
  }
}

function assertGivenOnce({ transactionId }: Asked, terminal: Terminal): void {
  const times = terminal.timesGiven(transactionId);
  const allowed = 1 + terminal.timesDisowned(transactionId);
  if (times > allowed) {
    throw new Mismatch(`${terminal.name} to get ${transactionId} at most ${allowed}×`, `it got it ${times}×`);
  }
}

function resultsOf({ transactionId, groupId }: Asked, tills: readonly Till[]): Frame[] {
  const frames = tills
    .filter(({ key }) => key.groupId === groupId)
    .flatMap(({ connections }) => connections.flatMap((connection) => connection.all('paymentComplete')));
  return frames.filter((frame) => frame.transactionId === transactionId);
}

function assertOne({ transactionId }: Asked, results: readonly Frame[]): void {
  const events = new Set(results.map(({ eventId, status }) => `${status} ${eventId ?? ''}`));
  if (events.size > 1) throw new Mismatch(`one result of ${transactionId}`, [...events].join(' and '));
}
