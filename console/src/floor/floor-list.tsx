import { useEffect, useRef } from 'preact/hooks';
import type { FloorRow } from '../api/views.js';
import { Ago, Badge, isNarrow, SecondsLeft, VirtualList } from '../ui/index.js';
import { floorKey } from './board.js';
import { CONDITIONS } from './conditions.js';
import { refreshActivity } from './floor-store.js';

const HEAD = ['Condition', 'Terminal', 'Group', 'Key', 'Instance', 'Last activity', 'Round trip'];
const ROW_PX = 40;
const NARROW_ROW_PX = 64;
/** How often what is in sight is asked for its activity. */
const ACTIVITY_MS = 3_000;
/** A scrolling reader is left alone until he stops. */
const SETTLE_MS = 200;

export function FloorList({ rows, onOpen }: { rows: readonly FloorRow[]; onOpen: (row: FloorRow) => void }) {
  const visible = useRef<readonly FloorRow[]>([]);
  const settle = useRef<ReturnType<typeof setTimeout>>(undefined);
  const inSight = useRef('');
  useEffect(() => {
    const timer = setInterval(() => !document.hidden && void refreshActivity(visible.current), ACTIVITY_MS);
    return () => {
      clearInterval(timer);
      clearTimeout(settle.current);
    };
  }, []);

  const onVisible = (now: readonly FloorRow[]) => {
    visible.current = now;
    const keys = now.map(floorKey).join();
    if (keys === inSight.current) return;
    inSight.current = keys;
    clearTimeout(settle.current);
    settle.current = setTimeout(() => void refreshActivity(visible.current), SETTLE_MS);
  };
  return (
    <VirtualList
      label="Terminals"
      class="floor-list"
      rows={rows}
      keyOf={floorKey}
      rowHeight={isNarrow.value ? NARROW_ROW_PX : ROW_PX}
      head={HEAD}
      onOpen={onOpen}
      onVisible={onVisible}
    >
      {(row) => <Cells row={row} />}
    </VirtualList>
  );
}

function Cells({ row }: { row: FloorRow }) {
  return (
    <>
      <span role="cell">
        <Condition row={row} />
      </span>
      <strong role="cell">{row.terminalId}</strong>
      <span role="cell">{row.groupId}</span>
      <span role="cell" class="muted">
        {row.keyId}
      </span>
      <span role="cell" class="muted">
        {row.instance ?? '–'}
      </span>
      <span role="cell" class="number">
        {row.lastActivity === undefined ? '–' : <Ago at={row.lastActivity} />}
      </span>
      <span role="cell" class="number">
        {row.roundTripMs === undefined ? '–' : `${row.roundTripMs} ms`}
      </span>
    </>
  );
}

/** @param row while it reconnects, the seconds that it has left are counted down */
export function Condition({ row }: { row: FloorRow }) {
  const { name, tone } = CONDITIONS[row.condition];
  const isCounting = row.condition === 'reconnecting' && row.graceEndsAt !== undefined;
  return (
    <Badge tone={tone}>
      {name} {isCounting && <SecondsLeft until={row.graceEndsAt!} />}
    </Badge>
  );
}
