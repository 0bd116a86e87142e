import { useState } from 'preact/hooks';
import { Button, Field } from '../ui/index.js';
import type { FrameEntry } from './frame-entry.js';
import type { TillDesk } from './till-desk.js';

/** Frames worth trying: what the gateway says to each of them is part of the contract. */
const SAMPLES: readonly { name: string; text: string }[] = [
  { name: 'List of terminals', text: '{"action":"getTerminals","includeOffline":true}' },
  { name: 'Unknown action', text: '{"action":"teleport"}' },
  { name: 'No terminal', text: '{"action":"payment","paymentRequest":{"amount":"1.00"}}' },
  {
    name: 'Impossible amount',
    text: '{"action":"payment","terminalId":"PLAYGROUND","paymentRequest":{"amount":"-1","currency":"EUR","paymentMethod":"CARD"}}',
  },
  { name: 'No JSON', text: '{"action":' },
];

/** A frame of one's own, sent as it is, and what the gateway says to it. */
export function OwnFrame({ till }: { till: TillDesk }) {
  const [text, setText] = useState(SAMPLES[0]!.text);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    till.sendText(text);
  };
  return (
    <details class="own">
      <summary>Send a frame of your own</summary>
      <form class="own__form" onSubmit={submit}>
        <div class="buttons" role="group" aria-label="Samples">
          {SAMPLES.map((sample) => (
            <Button key={sample.name} kind="quiet" onClick={() => setText(sample.text)}>
              {sample.name}
            </Button>
          ))}
        </div>
        <Field label="Frame">
          {(control) => (
            <textarea
              {...control}
              class="mono"
              rows={4}
              spellcheck={false}
              value={text}
              onInput={(event) => setText(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button type="submit" disabled={till.line.value.kind !== 'on'}>
          Send
        </Button>
        <div role="status">{till.reply.value && <Reply entry={till.reply.value} />}</div>
      </form>
    </details>
  );
}

function Reply({ entry }: { entry: FrameEntry }) {
  const { isError, body, action } = entry;
  if (!isError) return <p class="notice notice--good">The gateway answers with {action}.</p>;
  return (
    <p class="notice notice--bad">
      The gateway refuses it with <code>{String(body?.['code'])}</code>: {String(body?.['message'])}
    </p>
  );
}
