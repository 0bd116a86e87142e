import { describe, expect, it } from 'vitest';
import type { PaymentRow } from '../api/views.js';
import { fits, NO_FEED, withFirst, withHeld, withNews, withPage, type Feed } from './feed.js';

const row = (transactionId: string, more: Partial<PaymentRow> = {}): PaymentRow => ({
  groupId: 'shop',
  transactionId,
  status: 'COMPLETED',
  version: 1,
  delivery: 'received',
  terminalId: 'TERM-001',
  amount: '10.10',
  currency: 'EUR',
  paymentMethod: 'CARD',
  createdAt: 1,
  updatedAt: 1,
  ...more,
});
const ids = (rows: readonly PaymentRow[]) => rows.map(({ transactionId }) => transactionId);
const shown = (...names: string[]): Feed => ({ rows: names.map((name) => row(name)), held: [] });

describe('news in the feed', () => {
  it('comes to the top while the reader is there, newest first', () => {
    const feed = withNews(shown('b', 'a'), [row('c'), row('d')], {}, true);
    expect(ids(feed.rows)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('is held while the reader is further down, and nothing moves until he wants it', () => {
    const first = withNews(shown('b', 'a'), [row('c')], {}, false);
    const feed = withNews(first, [row('d'), row('c', { version: 2 })], {}, false);
    expect(ids(feed.rows)).toEqual(['b', 'a']);
    expect(ids(feed.held)).toEqual(['d', 'c']);
    expect(feed.held[1]!.version).toBe(2);
    expect(ids(withHeld(feed).rows)).toEqual(['d', 'c', 'b', 'a']);
  });

  it('changes a payment in its place', () => {
    const feed = withNews(shown('b', 'a'), [row('a', { version: 2, status: 'VOIDED' })], {}, true);
    expect(ids(feed.rows)).toEqual(['b', 'a']);
    expect(feed.rows[1]!.status).toBe('VOIDED');
  });

  it('does not go back to what was before', () => {
    const known = { rows: [row('a', { version: 3, status: 'COMPLETED' })], held: [] };
    expect(withNews(known, [row('a', { version: 2, status: 'PENDING' })], {}, true).rows[0]!.version).toBe(3);
  });

  it('takes the latest of several in one message', () => {
    const news = [row('a', { version: 1, status: 'PENDING' }), row('a', { version: 2 })];
    expect(withNews(NO_FEED, news, {}, true).rows).toEqual([row('a', { version: 2 })]);
  });

  it('has what does not fit the filter any more leave', () => {
    const pending = { rows: [row('a', { status: 'PENDING' })], held: [] };
    const news = [row('a', { version: 2 }), row('b')];
    expect(withNews(pending, news, { status: 'PENDING' }, true).rows).toEqual([]);
  });

  it('shows a resolution, which does not raise the version', () => {
    const known = { rows: [row('a', { attention: 'uncertain' })], held: [] };
    const news = [row('a', { attention: 'uncertain', isResolved: true })];
    expect(withNews(known, news, {}, true).rows[0]!.isResolved).toBe(true);
  });
});

describe('the first page, asked for once more', () => {
  it('is what a reader at the top sees, with the news that overtook it', () => {
    const news = [row('d'), row('b', { version: 2 })];
    const feed = withFirst(shown('b', 'a'), [row('c'), row('b')], news, {}, true);
    expect(ids(feed.rows)).toEqual(['d', 'c', 'b']);
    expect(feed.rows[2]!.version).toBe(2);
  });

  it('is news for who reads further down: nothing moves', () => {
    const feed = withFirst(shown('b', 'a'), [row('d'), row('c'), row('b', { version: 2 })], [], {}, false);
    expect(ids(feed.rows)).toEqual(['b', 'a']);
    expect(feed.rows[0]!.version).toBe(2);
    expect(ids(feed.held)).toEqual(['d', 'c']);
  });
});

describe('a further page', () => {
  it('comes below, without what is there already', () => {
    expect(ids(withPage(shown('c', 'b'), [row('b'), row('a')]).rows)).toEqual(['c', 'b', 'a']);
  });
});

describe('the filter', () => {
  it.each([
    [{}, true],
    [{ group: 'shop', terminal: 'TERM-001', transaction: 'a' }, true],
    [{ group: 'other' }, false],
    [{ terminal: 'TERM-002' }, false],
    [{ transaction: 'b' }, false],
    [{ status: 'FAILED' }, false],
    [{ attention: '1' }, false],
    [{ status: '' as never, group: '' }, true],
  ] as const)('%j takes a payment: %s', (filter, expected) => expect(fits(row('a'), filter)).toBe(expected));

  it('wants those that need attention and are not resolved', () => {
    expect(fits(row('a', { attention: 'conflict' }), { attention: '1' })).toBe(true);
    expect(fits(row('a', { attention: 'conflict', isResolved: true }), { attention: '1' })).toBe(false);
  });
});
