import type { PaymentRow, PaymentsQuery } from '../api/views.js';

/** What the reader wants to see. */
export type FeedFilter = Pick<PaymentsQuery, 'group' | 'terminal' | 'status' | 'attention' | 'transaction'>;

export interface Feed {
  /** In the order in which they are shown; a change of a payment does not move it. */
  rows: readonly PaymentRow[];
  /** New ones that wait until the reader is at the top again, newest first. */
  held: readonly PaymentRow[];
}

export const NO_FEED: Feed = { rows: [], held: [] };

export function paymentKey({
  groupId,
  transactionId,
}: Pick<PaymentRow, 'groupId' | 'transactionId'>): string {
  return `${groupId}\n${transactionId}`;
}

/**
 * The feed after news. What is shown changes in its place, and leaves if it does not fit the filter any more; what is new comes
 * to the top, or is held while the reader is further down: nothing that he looks at moves.
 * @param news oldest change first
 */
export function withNews(
  feed: Feed,
  news: readonly PaymentRow[],
  filter: FeedFilter,
  isAtTop: boolean,
): Feed {
  const latest = new Map<string, PaymentRow>();
  for (const row of news) {
    const key = paymentKey(row);
    // News may be told twice, and overtake each other on the way through several instances.
    if ((latest.get(key)?.version ?? -1) <= row.version) latest.set(key, row);
  }
  const rows = renewed(feed.rows, latest, filter);
  const held = renewed(feed.held, latest, filter);
  const fresh = [...latest.values()].filter((row) => fits(row, filter)).reverse();
  if (isAtTop) return { rows: [...fresh, ...held, ...rows], held: [] };
  return { rows, held: [...fresh, ...held] };
}

/**
 * The feed after the first page was asked for once more. It is the page if the reader is at the top; further down, what is new
 * in it is news like any other, and what is shown stays.
 * @param page latest change first @param told news that came while it was asked for
 */
export function withFirst(
  feed: Feed,
  page: readonly PaymentRow[],
  told: readonly PaymentRow[],
  filter: FeedFilter,
  isAtTop: boolean,
): Feed {
  const isReplaced = isAtTop || feed.rows.length === 0;
  return isReplaced
    ? withNews({ rows: page, held: [] }, told, filter, true)
    : withNews(feed, [...page].reverse(), filter, false);
}

/** Has the reader see what was held. */
export function withHeld({ rows, held }: Feed): Feed {
  return { rows: [...held, ...rows], held: [] };
}

/** A further page below; what is shown already stays where it is. */
export function withPage(feed: Feed, page: readonly PaymentRow[]): Feed {
  const known = new Set([...feed.rows, ...feed.held].map(paymentKey));
  return { ...feed, rows: [...feed.rows, ...page.filter((row) => !known.has(paymentKey(row)))] };
}

/** Whether the gateway would list this payment under the filter. */
export function fits(
  row: PaymentRow,
  { group, terminal, status, attention, transaction }: FeedFilter,
): boolean {
  return (
    (!group || row.groupId === group) &&
    (!terminal || row.terminalId === terminal) &&
    (!status || row.status === status) &&
    (!transaction || row.transactionId === transaction) &&
    (!attention || (row.attention !== undefined && row.isResolved !== true))
  );
}

/** Takes what it uses out of `latest`. */
function renewed(
  rows: readonly PaymentRow[],
  latest: Map<string, PaymentRow>,
  filter: FeedFilter,
): readonly PaymentRow[] {
  if (latest.size === 0) return rows;
  return rows.flatMap((row) => {
    const key = paymentKey(row);
    const news = latest.get(key);
    if (news === undefined) return [row];
    latest.delete(key);
    const newer = news.version >= row.version ? news : row;
    return fits(newer, filter) ? [newer] : [];
  });
}
