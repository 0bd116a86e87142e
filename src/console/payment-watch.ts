import type { IndexedPayment, PaymentIndex } from '../payments/index.js';
import { memberOf } from '../presence/index.js';
import { PARTITIONS } from '../redis/index.js';
import { paymentRow } from './payment-row.js';
import type { PaymentRow } from './views.js';

/** Looked at again, because a change may become visible after a later one. */
const OVERLAP_MS = 1_000;
/** Most changes of a partition that one look takes in: a feed that nobody can read need not be complete. */
const MOST_CHANGES = 500;
/** How many open payments are looked at for how far they got: that is no change of their status. */
const MOST_OPEN = 200;

interface Seen {
  score: number;
  /** The store's clock before it was read. */
  readAt: number;
  text: string;
  isOpen: boolean;
}

export interface PaymentNews {
  /** Oldest change first. */
  rows: PaymentRow[];
  /** Members of the terminals whose payment has changed. */
  terminals: Set<string>;
}

/** The changes of all payments, for an instance on which somebody watches them. */
export class PaymentWatch {
  private readonly lookedAt: number[];
  private readonly seen = new Map<string, Seen>();
  /** The latest clock of any partition, ms. */
  now: number;

  /** @param since the store's clock, ms: what changed before is no news */
  constructor(
    private readonly index: PaymentIndex,
    since: number,
  ) {
    this.now = since;
    this.lookedAt = new Array<number>(PARTITIONS).fill(since);
  }

  async poll(): Promise<PaymentNews> {
    const open = [...this.seen].filter(([, { isOpen }]) => isOpen).slice(-MOST_OPEN);
    const wanted = new Map(open.map(([member, { score, readAt }]) => [member, { score, readAt }]));
    const clocks: number[] = [];
    await Promise.all(
      this.lookedAt.map(async (last, partition) => {
        const { now, changed } = await this.index.changes(partition, last - OVERLAP_MS, MOST_CHANGES);
        clocks[partition] = now;
        for (const { member, score } of changed.filter((payment) => this.isNews(payment))) {
          wanted.set(member, { score, readAt: now });
        }
      }),
    );
    const news = await this.read(wanted);
    clocks.forEach((now, partition) => (this.lookedAt[partition] = now));
    this.now = Math.max(this.now, ...clocks);
    this.forget();
    return news;
  }

  private async read(wanted: ReadonlyMap<string, Pick<Seen, 'score' | 'readAt'>>): Promise<PaymentNews> {
    const members = [...wanted.keys()];
    const known = await this.index.read(members);
    const news: PaymentNews = { rows: [], terminals: new Set() };
    members.forEach((member, i) => {
      const payment = known[i];
      const before = this.seen.get(member);
      this.seen.delete(member);
      if (payment) {
        const row = paymentRow(payment.summary);
        const text = JSON.stringify(row);
        const isOpen = row.status === 'PENDING' || row.status === 'AWAITING_RECONNECT';
        this.seen.set(member, { ...wanted.get(member)!, text, isOpen });
        if (text !== before?.text) {
          news.rows.push(row);
          news.terminals.add(memberOf(row.groupId, payment.terminalKey));
        }
      }
    });
    news.rows.sort((a, b) => a.updatedAt - b.updatedAt);
    return news;
  }

  /** What was read in the very millisecond of a change may have been read before it. */
  private isNews(payment: IndexedPayment): boolean {
    const before = this.seen.get(payment.member);
    return before?.score !== payment.score || this.index.changedAt(payment) >= before.readAt;
  }

  /** Only what may come again must be remembered. */
  private forget(): void {
    const oldest = Math.min(...this.lookedAt) - 2 * OVERLAP_MS;
    let open = [...this.seen.values()].filter(({ isOpen }) => isOpen).length;
    for (const [member, { readAt, isOpen }] of this.seen) {
      const isKept = isOpen ? open-- <= MOST_OPEN : readAt >= oldest;
      if (!isKept) {
        this.seen.delete(member);
      }
    }
  }
}
