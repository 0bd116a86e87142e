import { useState } from 'preact/hooks';
import type { IssuedKeyView, KeyView } from '../api/views.js';
import { session } from '../session/session.js';
import { Button, Dialog, Field, tellFailure } from '../ui/index.js';
import { rotate } from './key-list.js';

/** Minutes for which the former key is still accepted; the longest is what the gateway allows. */
const OVERLAPS: readonly { minutes: number; text: string }[] = [
  { minutes: 0, text: 'Not at all: it is known to somebody else' },
  { minutes: 60, text: 'One hour' },
  { minutes: 1_440, text: 'One day' },
  { minutes: 10_080, text: 'One week' },
];
const DEFAULT_MINUTES = 1_440;

const CONNECTION_STAYS =
  'So does an open connection: to end that one too, disable the key and enable it again.';
const STAYS: Record<KeyView['kind'], string> = {
  desktop: CONNECTION_STAYS,
  terminal: CONNECTION_STAYS,
  admin: 'Whoever is signed in with the former key is signed out when it is no longer accepted.',
};

export interface RotateKeyProps {
  of: KeyView;
  onClose: () => void;
  onIssued: (issued: IssuedKeyView) => void;
}

export function RotateKey({ of, onClose, onIssued }: RotateKeyProps) {
  const [minutes, setMinutes] = useState(DEFAULT_MINUTES);
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    setBusy(true);
    await rotate(of.id, { overlapMinutes: minutes }).then(onIssued, tellFailure);
    onClose();
  };
  return (
    <Dialog
      title={`Rotate ${of.id}`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" isBusy={isBusy} onClick={() => void submit()}>
            Rotate
          </Button>
        </>
      }
    >
      <p>A new API key and a new secret are made; everything else of the key stays. {STAYS[of.kind]}</p>
      <Field label="The former key is still accepted for">
        {(control) => (
          <select
            {...control}
            value={String(minutes)}
            onChange={(event) => setMinutes(Number(event.currentTarget.value))}
          >
            {overlapsFor(of).map((overlap) => (
              <option key={overlap.minutes} value={String(overlap.minutes)}>
                {overlap.text}
              </option>
            ))}
          </select>
        )}
      </Field>
    </Dialog>
  );
}

/** Without an overlap one's own session would end before the new key was read. */
function overlapsFor({ id }: KeyView) {
  return id === session.value?.adminId ? OVERLAPS.filter(({ minutes }) => minutes > 0) : OVERLAPS;
}
