import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Button, CopyButton } from '../ui/index.js';
import { formatJson } from '../payments/json-format.js';
import { aboutOf, type Direction, type FrameEntry } from './frame-entry.js';
import type { FrameLog } from './frame-log.js';

const SIGNS: Record<Direction, { sign: string; name: string }> = {
  out: { sign: '→', name: 'sent' },
  in: { sign: '←', name: 'received' },
  note: { sign: '·', name: 'line' },
};
/** px from the lower end within which the reader counts as being there. */
const NEAR_END = 24;

/** Every frame of one device. @param owner whose it is, for those who do not see it */
export function FrameList({ log, owner }: { log: FrameLog; owner: string }) {
  const entries = log.visible.value;
  return (
    <section class="frames" aria-label={`Frames of ${owner}`}>
      <Tools log={log} owner={owner} />
      {entries.length === 0 ? (
        <p class="frames__empty muted">Nothing yet. Each frame that is sent or received appears here.</p>
      ) : (
        <Entries entries={entries} owner={owner} />
      )}
    </section>
  );
}

function Tools({ log, owner }: { log: FrameLog; owner: string }) {
  const { isPaused, showsHeartbeats } = log;
  return (
    <div class="frames__tools">
      <h3>Frames</h3>
      <label class="tick">
        <input
          type="checkbox"
          checked={showsHeartbeats.value}
          onChange={(event) => (showsHeartbeats.value = event.currentTarget.checked)}
        />
        Pings
      </label>
      <Button kind="quiet" pressed={isPaused.value} onClick={() => log.pause(!isPaused.value)}>
        Pause
      </Button>
      <Button kind="quiet" onClick={() => log.clear()}>
        Clear
      </Button>
      <CopyButton text={log.asText()} what={`frames of ${owner}`} />
    </div>
  );
}

/** Follows the latest entry, unless the reader looks at an older one. */
function Entries({ entries, owner }: { entries: readonly FrameEntry[]; owner: string }) {
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    if (box.current && isAtEnd.current) box.current.scrollTop = box.current.scrollHeight;
  }, [entries]);
  const look = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current!;
    isAtEnd.current = scrollTop + clientHeight > scrollHeight - NEAR_END;
  };
  return (
    <div
      class="frames__box"
      ref={box}
      onScroll={look}
      tabIndex={0}
      role="group"
      aria-label={`Log of ${owner}`}
    >
      <ol>
        {entries.map((entry) => (
          <li key={entry.seq} class={`frame frame--${entry.isError ? 'error' : entry.direction}`}>
            {entry.direction === 'note' ? <Head entry={entry} /> : <Frame entry={entry} />}
          </li>
        ))}
      </ol>
    </div>
  );
}

function Frame({ entry }: { entry: FrameEntry }) {
  const isOpen = useSignal(false);
  const box = useRef<HTMLDetailsElement>(null);
  useLayoutEffect(() => {
    if (isOpen.value) box.current?.scrollIntoView({ block: 'nearest' });
  }, [isOpen.value]);
  return (
    <details class="frame__more" ref={box} onToggle={(event) => (isOpen.value = event.currentTarget.open)}>
      <summary>
        <Head entry={entry} />
      </summary>
      {isOpen.value && <pre class="frame__text">{formatJson(entry.text)}</pre>}
    </details>
  );
}

function Head({ entry }: { entry: FrameEntry }) {
  const { sign, name } = SIGNS[entry.direction];
  const isNote = entry.direction === 'note';
  return (
    <span class="frame__head">
      <time class="frame__time" dateTime={new Date(entry.at).toISOString()}>
        {clockText(entry.at)}
      </time>
      <span class="frame__way">
        <span aria-hidden="true">{sign}</span> {name}
      </span>
      <span class="frame__what">
        {isNote ? entry.text : <strong>{entry.action || 'not a frame'}</strong>}
        {!isNote && <span class="frame__about"> {aboutOf(entry)}</span>}
      </span>
    </span>
  );
}

function clockText(at: number): string {
  const date = new Date(at);
  const two = (value: number) => String(value).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}
