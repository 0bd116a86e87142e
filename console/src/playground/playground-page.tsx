import { useEffect } from 'preact/hooks';
import { wordsOf } from '../api/failure.js';
import { Page } from '../shell/page.js';
import { Button, EmptyState } from '../ui/index.js';
import { HINTS, type Tried } from './hints.js';
import { LifeStrip } from './life-strip.js';
import { enter, leave, startOver, state, type Playground } from './playground-state.js';
import { TerminalPanel } from './terminal-panel.js';
import { TillPanel } from './till-panel.js';

/** A till and a terminal side by side, over real connections to this gateway. */
export function PlaygroundPage() {
  useEffect(() => {
    void enter();
    return leave;
  }, []);
  return (
    <Page
      title="Playground"
      actions={state.value.kind === 'open' && <Button onClick={() => void startOver()}>Start over</Button>}
    >
      <Content />
    </Page>
  );
}

function Content() {
  const current = state.value;
  if (current.kind === 'open') return <Devices playground={current.playground} />;
  if (current.kind === 'opening') return <p class="muted">Getting keys for a till and a terminal …</p>;
  const isFailed = current.kind === 'failed';
  return (
    <EmptyState title={isFailed ? 'The playground could not be opened' : 'The playground is closed'}>
      {isFailed && <p>{wordsOf(current.error)}</p>}
      <Button kind="primary" onClick={() => void startOver()}>
        Open it
      </Button>
    </EmptyState>
  );
}

function Devices({ playground }: { playground: Playground }) {
  const { till, terminal, life, groupId } = playground;
  return (
    <>
      <Hints tried={playground.tried.value} />
      {playground.isTaken && (
        <p class="notice notice--warn" role="alert">
          The keys of this playground are used elsewhere, or were given back. “Start over” gets new ones.
        </p>
      )}
      <LifeStrip life={life.value} groupId={groupId} />
      <div class="playground">
        <TillPanel till={till} life={life.value} />
        <TerminalPanel terminal={terminal} />
      </div>
    </>
  );
}

function Hints({ tried }: { tried: Tried }) {
  const next = HINTS.find(({ key }) => !tried[key]);
  return (
    <ol class="hints" aria-label="First steps">
      {HINTS.map(({ key, title, text }, i) => (
        <li
          key={key}
          class={`hint ${tried[key] ? 'hint--done' : ''}`}
          aria-current={next?.key === key ? 'step' : undefined}
        >
          <span class="hint__number" aria-hidden="true">
            {tried[key] ? '✓' : i + 1}
          </span>
          <span>
            <strong>{title}</strong>
            {tried[key] && <span class="visually-hidden"> (done)</span>}
            <br />
            <span class="muted">{text}</span>
          </span>
        </li>
      ))}
    </ol>
  );
}
