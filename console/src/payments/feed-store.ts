import { signal } from '@preact/signals';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { PaymentRow, PaymentsPage } from '../api/views.js';
import { onLive, onLiveOpen } from '../live/stream.js';
import { NO_FEED, withFirst, withHeld, withNews, withPage, type Feed, type FeedFilter } from './feed.js';

const PAGE_SIZE = '50';

export const feedFilter = signal<FeedFilter>({});
export const feed = signal<Feed>(NO_FEED);
/** `more`: there are further pages. */
export const feedState = signal<'loading' | 'more' | 'all'>('loading');
export const feedProblem = signal('');

let next: string | undefined;
let isAtTop = (): boolean => true;
/** What is shown may be older than the first page: that is shown when the reader is at the top again. */
let isStale = false;
/** Raised with each question, so that an answer to an older one is not shown. */
let asked = 0;
/** News since the latest question. */
let told: PaymentRow[] = [];

/**
 * Follows the payments while the feed is on the screen.
 * @param isReaderAtTop whether the first rows are what is looked at
 * @returns what ends it
 */
export function followFeed(isReaderAtTop: () => boolean): () => void {
  isAtTop = isReaderAtTop;
  void loadFirst();
  const ends = [
    onLive('payments', ({ rows }) => {
      if (feedState.value === 'loading') told.push(...rows);
      feed.value = withNews(feed.value, rows, feedFilter.value, isAtTop());
    }),
    // More may have happened meanwhile than a new stream tells at its beginning.
    onLiveOpen(() => void loadFirst()),
  ];
  return () => ends.forEach((end) => end());
}

export function setFilter(filter: FeedFilter): void {
  feedFilter.value = filter;
  feed.value = NO_FEED;
  void loadFirst();
}

/** Has the reader see what was held: he wants to, or is at the top again. */
export function showHeld(): void {
  if (feed.value.held.length > 0) feed.value = withHeld(feed.value);
  if (isStale) void loadFirst();
}

export function loadMore(): Promise<void> {
  return load(next, (page) => {
    feed.value = withPage(feed.value, page.payments);
    next = page.next;
  });
}

function loadFirst(): Promise<void> {
  // Until there is an answer, which another question may take the place of.
  isStale = true;
  return load(undefined, (page) => {
    isStale = !isAtTop() && feed.value.rows.length > 0;
    feed.value = withFirst(feed.value, page.payments, told, feedFilter.value, isAtTop());
    if (!isStale) next = page.next;
  });
}

async function load(before: string | undefined, show: (page: PaymentsPage) => void): Promise<void> {
  const question = ++asked;
  told = [];
  feedState.value = 'loading';
  try {
    const page = await api.get<PaymentsPage>('/payments', { ...feedFilter.value, before, limit: PAGE_SIZE });
    if (question !== asked) return;
    show(page);
    feedState.value = next === undefined ? 'all' : 'more';
    feedProblem.value = '';
  } catch (error) {
    if (question !== asked) return;
    feedProblem.value = wordsOf(error);
    feedState.value = 'more';
  }
}
