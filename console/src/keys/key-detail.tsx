import { useState } from 'preact/hooks';
import type { IssuedKeyView, KeyView } from '../api/views.js';
import { session } from '../session/session.js';
import { Badge, Button, Dialog, Facts, Moment, tell, tellFailure } from '../ui/index.js';
import { storeNow } from '../live/clock.js';
import { keyOf, setDisabled } from './key-list.js';
import { KIND_NAMES } from './kinds.js';
import { RotateKey } from './rotate-key.js';

export interface KeyDetailProps {
  id: string;
  onClose: () => void;
  onIssued: (issued: IssuedKeyView) => void;
}

/** One key, and what can be done with it. */
export function KeyDetail({ id, onClose, onIssued }: KeyDetailProps) {
  const [step, setStep] = useState<'look' | 'disable' | 'rotate'>('look');
  const key = keyOf(id);
  if (!key) return null;
  const back = () => setStep('look');
  return (
    <>
      <Dialog title={`Key ${id}`} isPanel onClose={onClose}>
        <About of={key} />
        <Actions of={key} onDisable={() => setStep('disable')} onRotate={() => setStep('rotate')} />
      </Dialog>
      {step === 'disable' && <ConfirmDisable of={key} onClose={back} />}
      {step === 'rotate' && <RotateKey of={key} onClose={back} onIssued={onIssued} />}
    </>
  );
}

function About({
  of: { kind, groupId, deviceId, isDisabled, previousValidUntil = 0, metadata },
}: {
  of: KeyView;
}) {
  const isOverlapping = previousValidUntil > storeNow();
  return (
    <Facts
      facts={[
        ['State', <Badge tone={isDisabled ? 'off' : 'good'}>{isDisabled ? 'Disabled' : 'Enabled'}</Badge>],
        ['Kind', KIND_NAMES[kind]],
        ['Group', groupId ?? 'all groups'],
        ['Device id', deviceId && <code>{deviceId}</code>],
        ['Former key accepted until', isOverlapping && <Moment at={previousValidUntil} />],
        ['Metadata', Object.keys(metadata).length > 0 && <code>{JSON.stringify(metadata)}</code>],
      ]}
    />
  );
}

function Actions({
  of: key,
  onDisable,
  onRotate,
}: {
  of: KeyView;
  onDisable: () => void;
  onRotate: () => void;
}) {
  const [isBusy, setBusy] = useState(false);
  const isOwn = key.id === session.value?.adminId;
  const enable = async () => {
    setBusy(true);
    await setDisabled(key.id, false).then(() => tell(`${key.id} is enabled`), tellFailure);
    setBusy(false);
  };
  return (
    <div class="buttons">
      <Button onClick={onRotate}>Rotate …</Button>
      {key.isDisabled ? (
        <Button isBusy={isBusy} onClick={() => void enable()}>
          Enable
        </Button>
      ) : (
        <Button kind="danger" disabled={isOwn} onClick={onDisable}>
          Disable …
        </Button>
      )}
      {isOwn && <p class="muted">You are signed in with this key; another admin can disable it.</p>}
    </div>
  );
}

const ENDS: Record<KeyView['kind'], string> = {
  desktop: 'Its till is disconnected at once and can not come back. Results on their way wait for it.',
  terminal:
    'Its terminal is disconnected at once and can not come back. An open payment waits for its grace.',
  admin: 'Whoever is signed in with it is signed out at once.',
};

function ConfirmDisable({ of: { id, kind }, onClose }: { of: KeyView; onClose: () => void }) {
  const [isBusy, setBusy] = useState(false);
  const disable = async () => {
    setBusy(true);
    await setDisabled(id, true).then(() => tell(`${id} is disabled`), tellFailure);
    onClose();
  };
  return (
    <Dialog
      title={`Disable ${id}?`}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Keep it</Button>
          <Button kind="danger" isBusy={isBusy} onClick={() => void disable()}>
            Disable
          </Button>
        </>
      }
    >
      <p>{ENDS[kind]} It can be enabled again.</p>
    </Dialog>
  );
}
