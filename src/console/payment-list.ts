import { Injectable } from '@nestjs/common';
import { PaymentIndex, paymentMember, paymentOf, type IndexedPayment } from '../payments/index.js';
import { FloorIndex, fromMember } from '../presence/index.js';
import { PARTITIONS, partitionOf } from '../redis/index.js';
import { PaymentLanes } from './payment-lanes.js';
import { paymentRow } from './payment-row.js';
import type { PaymentRow, TransactionState } from './views.js';

/** Most records that one request reads: who looks for something rare goes on with the next one. */
const MOST_READ = 2_000;
/** Most entries of the index that one request looks at. */
const MOST_LOOKED_AT = 20_000;
const BATCH = 200;

/** Which payments are wanted. */
export interface PaymentFilter {
  group?: string | undefined;
  terminal?: string | undefined;
  status?: TransactionState | undefined;
  /** Only those that need attention and are not resolved. */
  attention: boolean;
}

/** Payments of all groups, latest change first, page by page. */
@Injectable()
export class PaymentList {
  constructor(
    private readonly index: PaymentIndex,
    private readonly floor: FloorIndex,
  ) {}

  /**
   * A page may have less rows than wanted, even none, and still a next one: a request does a bounded amount of work.
   * @param after `next` of the page before
   */
  async page(filter: PaymentFilter, limit: number, after?: IndexedPayment): Promise<Page> {
    const partitions = filter.group === undefined ? ALL : [partitionOf(filter.group)];
    const lanes = new PaymentLanes(this.index, partitions, after);
    const payments: PaymentRow[] = [];
    let last = after;
    for (let read = 0, lookedAt = 0; read < MOST_READ && lookedAt < MOST_LOOKED_AT;) {
      const batch = await lanes.take(isNarrow(filter) ? BATCH : limit - payments.length);
      if (batch.length === 0) {
        return { payments };
      }
      const wanted = batch.filter(
        ({ member }) => filter.group === undefined || fromMember(member).groupId === filter.group,
      );
      const rows = await this.rows(wanted);
      for (const entry of batch) {
        const row = rows.get(entry.member);
        if (row && fits(row, filter)) payments.push(row);
        last = entry;
        if (payments.length === limit) return { payments, next: last };
      }
      read += wanted.length;
      lookedAt += batch.length;
    }
    return { payments, ...(last && { next: last }) };
  }

  /**
   * The payments of one id. Without a group it is looked for in every group that has a terminal.
   * @param group undefined for all
   */
  async ofId(transactionId: string, group: string | undefined): Promise<PaymentRow[]> {
    const groups = group === undefined ? await this.groups() : [group];
    const having = await this.index.groupsWith(transactionId, groups);
    const rows = await this.rows(
      having.map((groupId) => ({ member: paymentMember(groupId, transactionId), score: 0 })),
    );
    return [...rows.values()].sort((a, b) => b.updatedAt - a.updatedAt);
  }

  private async groups(): Promise<string[]> {
    const groups = new Set<string>();
    for (const partition of ALL) {
      for await (const page of this.floor.members(partition)) {
        page.forEach(({ member }) => groups.add(fromMember(member).groupId));
      }
    }
    return [...groups];
  }

  private async rows(entries: readonly IndexedPayment[]): Promise<Map<string, PaymentRow>> {
    const known = await this.index.read(entries.map(({ member }) => member));
    return new Map(
      entries.flatMap(({ member }, i) => {
        const found = known[i];
        return found ? [[member, paymentRow(found.summary)] as const] : [];
      }),
    );
  }
}

interface Page {
  payments: PaymentRow[];
  next?: IndexedPayment;
}

const ALL: readonly number[] = Array.from({ length: PARTITIONS }, (_, partition) => partition);

function isNarrow({ group, terminal, status, attention }: PaymentFilter): boolean {
  return attention || [group, terminal, status].some((value) => value !== undefined);
}

function fits(row: PaymentRow, { terminal, status, attention }: PaymentFilter): boolean {
  return (
    (terminal === undefined || row.terminalId === terminal) &&
    (status === undefined || row.status === status) &&
    (!attention || (row.attention !== undefined && !row.isResolved))
  );
}

/** A place in the list as the page carries it. */
export function cursorText({ member, score }: IndexedPayment): string {
  return Buffer.from(JSON.stringify([score, member])).toString('base64url');
}

/** @returns undefined for a text that is none of ours */
export function parseCursor(text: string): IndexedPayment | undefined {
  try {
    const [score, member] = JSON.parse(Buffer.from(text, 'base64url').toString()) as [unknown, unknown];
    if (typeof score !== 'number' || !Number.isFinite(score) || typeof member !== 'string') return undefined;
    paymentOf(member);
    return { score, member };
  } catch {
    return undefined;
  }
}
