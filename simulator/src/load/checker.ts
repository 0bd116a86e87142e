import type { Entry } from '../devices/journal.js';
import { has, only, type Case } from './histories.js';

/** A promise that was broken for a payment. */
export interface Violation {
  rule: string;
  tx: string;
  detail: string;
}

type Rule = (subject: Case) => Iterable<string>;

const OPEN = new Set(['PENDING', 'AWAITING_RECONNECT']);
/** What another payment would be refused with. */
const REFUSALS_OF_OTHERS = new Set(['PAYMENT_IN_PROGRESS', 'DUPLICATE_TRANSACTION']);
const OUTCOMES: Record<string, string> = { SUCCESS: 'COMPLETED', FAILED: 'FAILED', CANCELLED: 'CANCELLED' };

const decisionOf = (ledger: readonly Entry[]) => ledger.find(({ what }) => what === 'decided')?.status;

/** What ledgers, logs and records must agree on. A rule names everything about a payment that breaks it. */
export const RULES: Record<string, Rule> = {
  *'at most one dispatch'({ terminals }) {
    for (const [name, ledger] of terminals) {
      const received = only(ledger, 'received').length;
      const allowed = 1 + only(ledger, 'disowned').length;
      if (received > allowed) yield `${name} got it ${received} times, allowed ${allowed}`;
    }
    const holders = [...terminals].filter(([, ledger]) => has(ledger, 'received')).map(([name]) => name);
    if (holders.length > 1) yield `several terminals got it: ${holders.join(', ')}`;
  },

  *'a result is acknowledged'({ terminals }) {
    for (const [name, ledger] of terminals) {
      const isDecided = has(ledger, 'decided') && has(ledger, 'responded');
      if (isDecided && !has(ledger, 'acknowledged')) yield `${name} still keeps its ${decisionOf(ledger)}`;
    }
  },

  *'whoever asked has the outcome'({ tills }) {
    for (const [name, log] of tills) {
      if (has(log, 'asked') && !has(log, 'complete') && !has(log, 'let-go')) {
        yield `${name} never got a result`;
      }
    }
  },

  *'one final outcome'({ tills }) {
    for (const [name, log] of tills) {
      for (const kind of ['complete', 'corrected'] as const) {
        const told = new Set(
          only(log, kind).map(({ eventId, status }) => `${status ?? kind} ${eventId ?? ''}`),
        );
        if (told.size > 1) yield `${name} was told ${[...told].join(' and ')}`;
      }
    }
  },

  *'a repeated request joins'({ terminals, tills }) {
    const received = [...terminals.values()].some((ledger) => has(ledger, 'received'));
    for (const [name, log] of tills) {
      const refusal = only(log, 'refused').find(({ code = '' }) => REFUSALS_OF_OTHERS.has(code));
      if (received && refusal) yield `${name} asked again for its own payment and was told ${refusal.code}`;
    }
  },

  *'an approval is told or voided'({ terminals, tills }) {
    for (const [name, ledger] of terminals) {
      if (decisionOf(ledger) !== 'SUCCESS') continue;
      for (const [till, log] of tills) {
        const told = log.find(({ what }) => what === 'complete')?.status;
        const isVoided = has(ledger, 'voided') && has(log, 'corrected');
        if (told && told !== 'SUCCESS' && !isVoided) yield `${name} approved, ${till} was told ${told}`;
      }
    }
  },

  *'no approval without the terminal'({ terminals, tills }) {
    const approved = [...terminals.values()].some((ledger) => decisionOf(ledger) === 'SUCCESS');
    for (const [name, log] of tills) {
      if (!approved && log.some(({ what, status }) => what === 'complete' && status === 'SUCCESS')) {
        yield `${name} was told SUCCESS, and no terminal approved`;
      }
    }
    for (const [name, ledger] of terminals) {
      if (has(ledger, 'void-senseless')) yield `${name} was asked to void what it did not approve`;
    }
  },

  *'what was let go is not charged'({ terminals, tills }) {
    for (const [till, log] of tills) {
      const letGo = log.find(({ what }) => what === 'let-go');
      if (!letGo) continue;
      for (const [name, ledger] of terminals) {
        if (has(ledger, 'received')) {
          yield `${till} was told ${letGo.code} and that a retry is safe; ${name} has it`;
        }
      }
    }
  },

  *'retrySafe is true'({ terminals, tills }) {
    const received = [...terminals.values()].some((ledger) => has(ledger, 'received'));
    for (const [name, log] of tills) {
      const lie = only(log, 'complete').find(({ retrySafe }) => retrySafe === true);
      if (received && lie) yield `${name} was told that a retry is safe, and the terminal has it`;
    }
  },
};

/** What the gateway's own record must say; only where it can be asked. */
export const RECORD_RULES: Record<string, Rule> = {
  *'nothing stays open'({ record }) {
    if (record && OPEN.has(record.status)) yield `the gateway still shows ${record.status}`;
    if (record?.voidPending) yield 'a void is still pending';
  },

  *'the outcome equals the record'({ tills, record }) {
    for (const [name, log] of tills) {
      const complete = log.find(({ what }) => what === 'complete');
      if (!complete) continue;
      const believed = has(log, 'corrected') ? 'VOIDED' : OUTCOMES[complete.status ?? ''];
      if (record?.status !== believed) {
        yield `${name} believes ${believed}, the gateway shows ${record?.status ?? 'none'}`;
      }
    }
  },

  *'an approval ends completed or voided'({ terminals, record }) {
    for (const [name, ledger] of terminals) {
      if (decisionOf(ledger) !== 'SUCCESS') continue;
      const expected = has(ledger, 'voided') ? 'VOIDED' : 'COMPLETED';
      if (record?.status !== expected) {
        yield `${name} approved, the gateway shows ${record?.status ?? 'none'}`;
      }
    }
  },
};

/** @param hasRecords false for a gateway that can not be asked for transactions */
export function check(cases: readonly Case[], hasRecords: boolean): Violation[] {
  const rules = Object.entries(hasRecords ? { ...RULES, ...RECORD_RULES } : RULES);
  return cases.flatMap((subject) =>
    rules.flatMap(([rule, find]) => [...find(subject)].map((detail) => ({ rule, tx: subject.tx, detail }))),
  );
}
