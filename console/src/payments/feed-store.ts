import { signal } from '@preact/signals';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { PaymentsPage } from '../api/views.js';
import { onLive, onLiveOpen } from '../live/stream.js';
import { NO_FEED, withHeld, withNews, withPage, type Feed, type FeedFilter } from './feed.js';

const PAGE_SIZE = '50';

export const feedFilter = signal<FeedFilter>({});
export const feed = signal<Feed>(NO_FEED);
/** `more`: there are further pages. */
export const feedState = signal<'loading' | 'more' | 'all'>('loading');
export const feedProblem = signal('');

let next: string | undefined;
let isAtTop = true;
/** Raised with each question, so that an answer to an older one is not shown. */
let asked = 0;

/** Follows the payments while the feed is on the screen. @returns what ends it */
export function followFeed(): () => void {
  void loadFirst();
  const ends = [
    onLive('payments', ({ rows }) => (feed.value = withNews(feed.value, rows, feedFilter.value, isAtTop))),
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

export function setAtTop(now: boolean): void {
  isAtTop = now;
  if (isAtTop && feed.value.held.length > 0) showHeld();
}

export function showHeld(): void {
  feed.value = withHeld(feed.value);
}

export function loadMore(): Promise<void> {
  return load(next, (page) => withPage(feed.value, page.payments));
}

async function loadFirst(): Promise<void> {
  await load(undefined, (page) => withPage(NO_FEED, page.payments));
}

async function load(before: string | undefined, merge: (page: PaymentsPage) => Feed): Promise<void> {
  const question = ++asked;
  feedState.value = 'loading';
  try {
    const page = await api.get<PaymentsPage>('/payments', { ...feedFilter.value, before, limit: PAGE_SIZE });
    if (question !== asked) return;
    feed.value = merge(page);
    next = page.next;
    feedState.value = next === undefined ? 'all' : 'more';
    feedProblem.value = '';
  } catch (error) {
    if (question !== asked) return;
    feedProblem.value = wordsOf(error);
    feedState.value = 'more';
  }
}
