import { useLocation } from 'preact-iso';
import { useEffect, useRef } from 'preact/hooks';
import type { PaymentRow } from '../api/views.js';
import { paths } from '../paths.js';
import { Page } from '../shell/page.js';
import { Button, EmptyState, isAtTop, isNarrow, Moment, VirtualList } from '../ui/index.js';
import { FeedFilters } from './feed-filters.js';
import {
  feed,
  feedFilter,
  feedProblem,
  feedState,
  followFeed,
  loadMore,
  setFilter,
  showHeld,
} from './feed-store.js';
import { paymentKey } from './feed.js';
import { PaymentBadge } from './payment-badge.js';
import { noteOf } from './states.js';

const HEAD = ['Changed', 'State', 'Amount', 'Terminal', 'Group', 'Transaction', 'Note'];
const ROW_PX = 40;
const NARROW_ROW_PX = 84;
const rowHeight = () => (isNarrow.value ? NARROW_ROW_PX : ROW_PX);
/** Characters of an amount that fit in the usual size. */
const LONG_AMOUNT = 11;

/** What is being paid, as it happens, and what was. */
export function PaymentsPage() {
  const { route, query } = useLocation();
  const scroller = useRef<HTMLDivElement>(null);
  useEffect(() => {
    // A link from the floor names a terminal; without one the filter is as it was left.
    if (query.terminal) setFilter({ group: query.group!, terminal: query.terminal });
    return followFeed(() => isAtTop(scroller.current?.scrollTop, rowHeight()));
  }, [query.group, query.terminal]);
  const { rows, held } = feed.value;
  const toNew = () => {
    showHeld();
    scroller.current?.scrollTo({ top: 0 });
  };
  return (
    <Page title="Payments" isFull>
      <FeedFilters />
      {feedProblem.value && <p class="notice notice--bad">{feedProblem.value}</p>}
      <div class="feed__news" role="status">
        {held.length > 0 && (
          <Button kind="primary" onClick={toNew}>
            {held.length} new
          </Button>
        )}
      </div>
      {rows.length > 0 ? (
        <VirtualList
          label="Payments"
          class="feed-list"
          rows={rows}
          keyOf={paymentKey}
          rowHeight={rowHeight()}
          head={HEAD}
          onOpen={(row) => route(paths.payment(row.groupId, row.transactionId))}
          onTop={showHeld}
          scroller={scroller}
          footer={<Footer />}
        >
          {(row) => <Cells row={row} />}
        </VirtualList>
      ) : (
        <NoRows />
      )}
    </Page>
  );
}

function Cells({ row }: { row: PaymentRow }) {
  const note = noteOf(row);
  return (
    <>
      <span role="cell" class="muted">
        <Moment at={row.updatedAt} />
      </span>
      <span role="cell">
        <PaymentBadge payment={row} />
      </span>
      <strong role="cell" class={row.amount.length > LONG_AMOUNT ? 'number amount--long' : 'number'}>
        {row.amount} {row.currency}
      </strong>
      <span role="cell">{row.terminalId}</span>
      <span role="cell" class="muted">
        {row.groupId}
      </span>
      <span role="cell" class="mono">
        <a href={paths.payment(row.groupId, row.transactionId)} tabIndex={-1}>
          {row.transactionId}
        </a>
      </span>
      <span role="cell" class={row.attention && !row.isResolved ? 'alert' : 'muted'}>
        {note}
      </span>
    </>
  );
}

function Footer() {
  if (feedState.value === 'all') return <span class="muted">That is all.</span>;
  return (
    <Button isBusy={feedState.value === 'loading'} onClick={() => void loadMore()}>
      Load more
    </Button>
  );
}

function NoRows() {
  if (feedState.value === 'loading') return <EmptyState title="Loading the payments…" />;
  if (Object.values(feedFilter.value).some(Boolean)) {
    // The gateway looks through so many at a time, and among those may be none.
    const isMore = feedState.value === 'more';
    return (
      <EmptyState title={isMore ? 'None of the latest payments fits' : 'No payment fits'}>
        <p>Choose another filter. What fits appears here by itself.</p>
        {isMore && <Footer />}
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No payment yet">
      Payments appear here the moment a till asks for one.{' '}
      <a href={paths.playground}>Make one in the playground</a>.
    </EmptyState>
  );
}
