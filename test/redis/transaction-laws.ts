import { expect } from 'vitest';
import { isOpen, OUTCOMES, type FinalAnswer, type Policy } from './transaction-facts.js';

type Fields = Record<string, string>;

/** The table of the contract: from which state a transaction may come into which. */
const EDGES: Record<string, readonly string[]> = {
  nothing: ['PENDING'],
  PENDING: ['AWAITING_RECONNECT', 'COMPLETED', 'FAILED', 'CANCELLED'],
  AWAITING_RECONNECT: ['PENDING', 'COMPLETED', 'FAILED', 'CANCELLED'],
  COMPLETED: [],
  FAILED: [],
  CANCELLED: [],
  VOIDED: [],
};

/** Failures after which the terminal may still come with an approval. */
const IN_DOUBT = ['TERMINAL_DISCONNECTED', 'NO_RESPONSE', 'NOT_DELIVERED'];

/** Fields that are no change of the transaction: who is told, who asked, and steps, noted beside their changes. */
const BESIDE = /^(recipients|cancelledBy|progress|inquiry|step\..*)$/;

/** What is promised of every transaction, whatever the reference says, judged by what was seen of it. */
export class TransactionLaws {
  private readonly latest = new Map<string, Fields>();
  /** Hand-overs that were granted and not given back. */
  private readonly handedOver = new Map<string, number>();
  /** Inquiries that were answered by `paymentUnknown`. */
  private readonly neverArrived = new Map<string, number>();
  /** Outcomes told to tills, by event id. */
  private readonly events = new Map<string, Set<string>>();
  private readonly approved = new Set<string>();

  constructor(private readonly policy: Policy) {}

  noteHandOver(id: string, by: 1 | -1): void {
    this.handedOver.set(id, (this.handedOver.get(id) ?? 0) + by);
  }

  noteNeverArrived(id: string): void {
    this.neverArrived.set(id, (this.neverArrived.get(id) ?? 0) + 1);
  }

  /** The terminal of a payment has answered it, and the answer was taken. */
  noteAnswer(id: string, answer: FinalAnswer): void {
    if (answer === 'SUCCESS') this.approved.add(id);
  }

  check(id: string, record: Fields, lock: string | undefined): void {
    const before = this.latest.get(id);
    if (record['status'] === undefined) {
      expect(before).toBeUndefined();
      return;
    }
    this.latest.set(id, record);
    this.checkEdge(before, record);
    this.checkVersion(before, record);
    this.checkEvents(id, record);
    this.checkHandOvers(id, record);
    if (isOpen({ status: record['status'] })) expect(lock, `lock of the terminal of ${id}`).toBe(id);
    else expect(lock, `lock of the terminal of ${id}`).not.toBe(id);
    if (this.approved.has(id)) expect(this.keepsApproval(record), `the approval of ${id} is kept`).toBe(true);
  }

  private checkEdge(before: Fields | undefined, { status }: Fields): void {
    const from = before?.['status'] ?? 'nothing';
    if (from === status) return;
    const correction = this.policy === 'void' ? 'VOIDED' : 'COMPLETED';
    const inDoubt = from === 'FAILED' && IN_DOUBT.includes(before!['failure']!) && before!['dispatches'];
    const allowed = inDoubt ? [correction] : EDGES[from]!;
    expect(allowed, `from ${from} to ${status}`).toContain(status);
  }

  private checkVersion(before: Fields | undefined, record: Fields): void {
    const [old, now] = [Number(before?.['version'] ?? 0), Number(record['version'])];
    expect(now).toBeGreaterThanOrEqual(old);
    if (now === old) expect(seenBy(record)).toEqual(seenBy(before!));
  }

  /** One outcome, and when it was in doubt and policy says so, one correction. */
  private checkEvents(id: string, { eventId, failure, lateStatus, push }: Fields): void {
    if (eventId === undefined) return;
    const events = (this.events.get(id) ?? new Set()).add(eventId);
    this.events.set(id, events);
    const isCorrected = this.policy === 'deliver' && failure !== '' && lateStatus === 'COMPLETED';
    expect(events.size, `outcomes of ${id}`).toBe(isCorrected ? 2 : 1);
    expect(push!.includes('"late":true')).toBe(isCorrected);
  }

  private checkHandOvers(id: string, { dispatches = '0', retrySafe }: Fields): void {
    const handedOver = this.handedOver.get(id) ?? 0;
    expect(Number(dispatches), `hand-overs of ${id}`).toBe(handedOver);
    expect(handedOver).toBeLessThanOrEqual(1 + (this.neverArrived.get(id) ?? 0));
    if (handedOver > 0) expect(retrySafe, `whether a retry of ${id} is safe`).not.toBe('true');
  }

  private keepsApproval({ status, voidPending, conflicts = '' }: Fields): boolean {
    const contradicts = (JSON.parse(`[${conflicts}]`) as { status: FinalAnswer }[]).map(
      (kept) => OUTCOMES[kept.status],
    );
    return (
      status === 'COMPLETED' ||
      status === 'VOIDED' ||
      voidPending === '1' ||
      contradicts.includes('COMPLETED')
    );
  }
}

function seenBy(record: Fields): Fields {
  return Object.fromEntries(Object.entries(record).filter(([name]) => !BESIDE.test(name)));
}
