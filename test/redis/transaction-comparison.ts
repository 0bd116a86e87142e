import { expect } from 'vitest';
import type { PaymentDesk } from '../support/payment-desk.js';
import type { TransactionLaws } from './transaction-laws.js';
import { isOpen, OUTCOMES, type ModelTransaction } from './transaction-facts.js';
import type { TransactionModel } from './transaction-model.js';
import { IDS, TERMINALS, TILLS } from './transaction-steps.js';

type Fields = Record<string, string>;

/** Every place in the store that says something about payments says the same as the model, and breaks no law. */
export async function compareWithModel(
  desk: PaymentDesk,
  model: TransactionModel,
  laws: TransactionLaws,
  online: ReadonlySet<string>,
): Promise<void> {
  const endpoints = [...TILLS, ...TERMINALS];
  const [records, deadlines, locks, mailboxes, withMail, lost, unmatched] = await Promise.all([
    Promise.all(IDS.map((id) => desk.record(id))),
    Promise.all(IDS.map((id) => desk.deadline(id))),
    Promise.all(TERMINALS.map((keyId) => desk.lock(keyId))),
    Promise.all(endpoints.map((keyId) => desk.mailbox(keyId))),
    desk.withMail(),
    desk.lost(),
    Promise.all(TERMINALS.map((keyId) => desk.unmatched(keyId))),
  ]);
  TERMINALS.forEach((keyId, i) => expect(locks[i], `lock of ${keyId}`).toBe(model.lock(keyId)));
  IDS.forEach((id, i) => {
    const record = records[i]!;
    const known = model.transactions.get(id);
    const isOpenNow = known !== undefined && isOpen(known);
    expect(deadlines[i] !== undefined, `whether ${id} has a deadline`).toBe(isOpenNow);
    expect(seen(record)).toEqual(known ? expected(known) : {});
    laws.check(id, record, locks[TERMINALS.indexOf(record['terminalKey']!)]);
  });
  endpoints.forEach((keyId, i) => {
    const mailbox = mailboxes[i]!;
    expect(Object.keys(mailbox).sort(), `mail of ${keyId}`).toEqual([...model.mailbox(keyId)].sort());
    for (const [mailId, frame] of Object.entries(mailbox)) checkFrame(mailId, frame, records);
  });
  // The sweep looks after whoever is connected and has mail, and after nobody else.
  const waiting = [...online].filter((keyId) => model.mailbox(keyId).size > 0);
  expect(withMail).toEqual(waiting.sort());
  expect(lost).toEqual([...model.lost].sort());
  const kept = TERMINALS.flatMap((keyId, i) => Object.keys(unmatched[i]!).map((id) => `${keyId} ${id}`));
  expect(kept.sort()).toEqual([...model.unmatched].sort());
}

const COMPARED = [
  ...['status', 'delivery', 'version', 'recipients', 'claim', 'dispatches', 'retrySafe', 'failure'],
  ...['inquiry', 'cancelledBy', 'lateStatus', 'voidPending', 'terminalKey', 'terminalId'],
];

function seen(record: Fields): Fields {
  const fields = COMPARED.filter((name) => record[name]).map((name) => [name, record[name]!]);
  const conflicts = JSON.parse(`[${record['conflicts'] ?? ''}]`) as unknown[];
  const kept: [string, string][] = conflicts.length > 0 ? [['conflicts', String(conflicts.length)]] : [];
  const refused: [string, string][] = record['voidRefusal'] ? [['voidRefused', '1']] : [];
  return Object.fromEntries([...fields, ...kept, ...refused]) as Fields;
}

function expected(known: ModelTransaction): Fields {
  const fields: [string, string | number | false | undefined][] = [
    ['status', known.status],
    ['delivery', known.delivery],
    ['version', known.version],
    ['recipients', known.recipients.join('\n')],
    ['claim', known.token],
    ['dispatches', known.dispatches],
    ['retrySafe', known.retrySafe],
    ['failure', known.failure],
    ['inquiry', known.inquiry && 1],
    ['cancelledBy', known.askers.join('\n')],
    ['lateStatus', known.late && OUTCOMES[known.late]],
    ['voidPending', known.voidPending && 1],
    ['terminalKey', known.terminal],
    ['terminalId', known.terminalId],
    ['conflicts', known.conflicts.size],
    ['voidRefused', known.voidRefused && 1],
  ];
  return Object.fromEntries(
    fields.filter(([, value]) => value).map(([name, value]) => [name, String(value)]),
  );
}

/** A result in a mailbox is one that the record knows, and tells of its own transaction. */
function checkFrame(mailId: string, frame: string, records: readonly Fields[]): void {
  const id = mailId.slice(2);
  const record = records[IDS.indexOf(id)]!;
  const told = JSON.parse(frame) as { transactionId?: string; eventId?: string };
  if (!frame.startsWith('{"action":"payment"}')) expect(told.transactionId).toBe(id);
  if (mailId.startsWith('l:')) expect(frame).toBe(record['push']);
  // An outcome that was corrected since is told first, as it was.
  if (mailId.startsWith('r:') && !record['push']!.includes('"late":true')) expect(frame).toBe(record['push']);
}
