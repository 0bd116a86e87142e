import { useMemo, useState } from 'preact/hooks';
import { liveState } from '../live/stream.js';
import type { FloorKey } from '../api/views.js';
import { paths } from '../paths.js';
import { Page } from '../shell/page.js';
import { EmptyState } from '../ui/index.js';
import { board, boardVersion, floorFilter } from './floor-store.js';
import { FloorFilters } from './floor-filters.js';
import { FloorList } from './floor-list.js';
import { TerminalPanel } from './terminal-panel.js';

/** Every group's terminals, as they are now. */
export function FloorPage() {
  const [open, setOpen] = useState<FloorKey>();
  const version = boardVersion.value;
  const filter = floorFilter.value;
  const { rows, counts } = useMemo(() => board.view(filter), [version, filter]);
  return (
    <Page title="Floor" isFull>
      <FloorFilters counts={counts} />
      {rows.length > 0 ? <FloorList rows={rows} onOpen={setOpen} /> : <NoRows />}
      {open && <TerminalPanel terminal={open} onClose={() => setOpen(undefined)} />}
    </Page>
  );
}

function NoRows() {
  if (board.size > 0) {
    return <EmptyState title="No terminal fits">Choose another condition, group or search.</EmptyState>;
  }
  if (!board.isComplete || liveState.value !== 'live') return <EmptyState title="Loading the terminals…" />;
  return (
    <EmptyState title="No terminal has connected yet">
      <a href={paths.playground}>Open the playground</a> to see a till and a terminal talk to each other, or{' '}
      <a href={paths.keys}>create a key</a> for a terminal of yours.
    </EmptyState>
  );
}
