import { useState } from 'preact/hooks';
import { Button, Field } from '../ui/index.js';
import { DevicePanel } from './device-panel.js';
import { DECLINES, type Display, type TerminalDesk } from './terminal-desk.js';

export function TerminalPanel({ terminal }: { terminal: TerminalDesk }) {
  return (
    <DevicePanel title="Terminal" name="the terminal" device={terminal}>
      <div class="card-terminal">
        <Screen terminal={terminal} />
        <Keys terminal={terminal} />
      </div>
      <AutomaticMode terminal={terminal} />
    </DevicePanel>
  );
}

const PHASES: Record<Display['phase'], string> = {
  idle: 'Ready',
  asking: 'Present your card',
  approved: 'Approved',
  declined: 'Declined',
  cancelled: 'Cancelled',
  voided: 'Voided: not charged',
};

function Screen({ terminal }: { terminal: TerminalDesk }) {
  const { phase, amount, currency, isKept } = terminal.display.value;
  const isOnline = terminal.line.value.kind === 'on';
  return (
    <div class={`card-terminal__screen card-terminal__screen--${phase}`} role="status">
      <p class="card-terminal__line">{isOnline ? 'online' : 'no connection'}</p>
      <p class="card-terminal__amount">{amount === undefined ? '–' : `${amount} ${currency}`}</p>
      <p class="card-terminal__phase">{PHASES[phase]}</p>
      <p class="card-terminal__line">{isKept ? 'result kept until the gateway has it' : '\u00a0'}</p>
    </div>
  );
}

function Keys({ terminal }: { terminal: TerminalDesk }) {
  const [reason, setReason] = useState(0);
  const isAsking = terminal.isAsking.value;
  return (
    <div class="card-terminal__keys">
      <Button class="key key--approve" disabled={!isAsking} onClick={() => terminal.approve()}>
        <span aria-hidden="true">✓</span> Approve
      </Button>
      <Button class="key key--decline" disabled={!isAsking} onClick={() => terminal.decline(reason)}>
        <span aria-hidden="true">✕</span> Decline
      </Button>
      <Button class="key key--cancel" disabled={!isAsking} onClick={() => terminal.cancel()}>
        <span aria-hidden="true">↩</span> Cancel
      </Button>
      <Field label="Reason to decline" class="card-terminal__reason">
        {(control) => (
          <select
            {...control}
            value={String(reason)}
            onChange={(event) => setReason(Number(event.currentTarget.value))}
          >
            {DECLINES.map(({ errorCode }, index) => (
              <option key={errorCode} value={String(index)}>
                {errorCode}
              </option>
            ))}
          </select>
        )}
      </Field>
    </div>
  );
}

function AutomaticMode({ terminal }: { terminal: TerminalDesk }) {
  const { isOn, seconds } = terminal.automatic.value;
  return (
    <div class="automatic">
      <label class="tick">
        <input
          type="checkbox"
          checked={isOn}
          onChange={(event) => terminal.setAutomatic({ isOn: event.currentTarget.checked, seconds })}
        />
        Approve by itself after
      </label>
      <Field label="Seconds until it approves" isLabelHidden>
        {(control) => (
          <input
            {...control}
            type="number"
            min={0}
            max={600}
            value={seconds}
            onInput={(event) =>
              terminal.setAutomatic({ isOn, seconds: Math.max(0, Number(event.currentTarget.value)) })
            }
          />
        )}
      </Field>
      <span aria-hidden="true">s</span>
    </div>
  );
}
