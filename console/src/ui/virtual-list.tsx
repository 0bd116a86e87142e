import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  Virtualizer,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import type { ComponentChildren, RefObject } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

export interface VirtualListProps<Row> {
  /** What is listed, for those who do not see it. */
  label: string;
  rows: readonly Row[];
  keyOf: (row: Row) => string;
  /** px; the same for every row. */
  rowHeight: number;
  /** Cells of one row, each in an element with `role="cell"`. */
  children: (row: Row) => ComponentChildren;
  /** Names of the columns, as cells of a row with class `vlist__row`. */
  head: readonly string[];
  /** Class that lays out the columns of head and rows. */
  class: string;
  onOpen?: (row: Row) => void;
  /** Rows on the screen have changed. */
  onVisible?: (rows: Row[]) => void;
  /** The reader has come to the first rows. */
  onTop?: () => void;
  /** Given the element that scrolls, for who has to scroll it. */
  scroller?: RefObject<HTMLDivElement | null>;
  /** Below the rows. */
  footer?: ComponentChildren;
}

const OVERSCAN = 12;
/** What PageUp and PageDown move by. */
const PAGE = 15;

type Options = VirtualizerOptions<HTMLDivElement, HTMLElement>;

/** Any number of rows of which only those in sight are in the document. Arrow keys walk, Enter opens. */
export function VirtualList<Row>(props: VirtualListProps<Row>) {
  const { label, rows, keyOf, rowHeight, children, head, onOpen, onVisible, onTop, footer } = props;
  const ownBox = useRef<HTMLDivElement>(null);
  const box = props.scroller ?? ownBox;
  const [active, setActive] = useState(0);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
  });
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);

  const items = virtualizer.getVirtualItems().filter(({ index }) => index < rows.length);
  const first = items[0]?.index ?? 0;
  const last = items.at(-1)?.index ?? -1;
  useEffect(() => onVisible?.(rows.slice(first, last + 1)), [first, last, rows]);
  const atTop = isAtTop(virtualizer.scrollOffset, rowHeight);
  useEffect(() => (atTop ? onTop?.() : undefined), [atTop]);
  // The row that Tab reaches is always one of those that exist.
  const reachable = Math.min(Math.max(active, first), Math.max(last, first));

  const walk = (event: KeyboardEvent) => {
    const to = target(event.key, reachable, rows.length);
    if (to === undefined) return;
    event.preventDefault();
    setActive(to);
    virtualizer.scrollToIndex(to);
    requestAnimationFrame(() => box.current?.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus());
  };

  return (
    <div class={`vlist ${props.class}`} role="table" aria-label={label} aria-rowcount={rows.length + 1}>
      <div role="rowgroup">
        <div class="vlist__row vlist__head" role="row" aria-rowindex={1}>
          {head.map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div class="vlist__box" ref={box} role="rowgroup" onKeyDown={walk}>
        <div class="vlist__space" role="presentation" style={{ height: `${virtualizer.getTotalSize()}px` }}>
          {items.map(({ index, start }) => (
            <div
              key={keyOf(rows[index]!)}
              role="row"
              class="vlist__row"
              aria-rowindex={index + 2}
              data-index={index}
              tabIndex={index === reachable ? 0 : -1}
              style={{ transform: `translateY(${start}px)`, height: `${rowHeight}px` }}
              onFocus={() => setActive(index)}
              onClick={() => onOpen?.(rows[index]!)}
              onKeyDown={(event) => {
                if (event.key === 'Enter' && event.target === event.currentTarget) onOpen?.(rows[index]!);
              }}
            >
              {children(rows[index]!)}
            </div>
          ))}
        </div>
        {footer && (
          <div class="vlist__foot" role="row">
            <span role="cell">{footer}</span>
          </div>
        )}
      </div>
    </div>
  );
}

/** Whether who has scrolled so far (px) still looks at the first rows. */
export function isAtTop(scrolled: number | null | undefined, rowHeight: number): boolean {
  return (scrolled ?? 0) < rowHeight / 2;
}

function useVirtualizer(options: Pick<Options, 'count' | 'getScrollElement' | 'estimateSize' | 'overscan'>) {
  const [, render] = useReducer((count: number) => count + 1, 0);
  const all: Options = {
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    ...options,
    onChange: () => render(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer(all));
  virtualizer.setOptions(all);
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  return virtualizer;
}

function target(key: string, from: number, count: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: PAGE, PageUp: -PAGE };
  const to = key === 'Home' ? 0 : key === 'End' ? count - 1 : from + (steps[key] ?? NaN);
  return Number.isNaN(to) || count === 0 ? undefined : Math.min(Math.max(to, 0), count - 1);
}
