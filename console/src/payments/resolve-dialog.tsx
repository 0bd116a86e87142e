import { useState } from 'preact/hooks';
import { api, segments } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { PaymentDetail, ResolutionOutcome, ResolveRequest } from '../api/views.js';
import { Button, Dialog, Field, tell } from '../ui/index.js';
import { OUTCOMES } from './advice-panel.js';

const LONGEST_NOTE = 500;

export interface ResolveDialogProps {
  payment: PaymentDetail;
  onClose: () => void;
  onResolved: () => Promise<void>;
}

/** Writes down what became of a payment that nobody but a human can know. */
export function ResolveDialog({ payment, onClose, onResolved }: ResolveDialogProps) {
  const { groupId, transactionId, resolution } = payment;
  const [outcome, setOutcome] = useState<ResolutionOutcome | undefined>(resolution?.outcome);
  const [note, setNote] = useState(resolution?.note ?? '');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');

  const save = async () => {
    if (outcome === undefined) return setProblem('Choose what you have found out.');
    setBusy(true);
    try {
      const body: ResolveRequest = { outcome, note: note.trim() };
      await api.post(`/payments${segments(groupId, transactionId)}/resolution`, body);
      await onResolved();
      tell('Resolved, and noted in the audit.');
      onClose();
    } catch (error) {
      setProblem(wordsOf(error));
      setBusy(false);
    }
  };
  const buttons = (
    <>
      <Button onClick={onClose}>Cancel</Button>
      <Button kind="primary" isBusy={isBusy} onClick={() => void save()}>
        Resolve
      </Button>
    </>
  );
  return (
    <Dialog title="What became of this payment?" onClose={onClose} footer={buttons}>
      <p class="muted">It is kept beside the payment. It changes nothing at the till or the terminal.</p>
      <fieldset class="options">
        <legend class="visually-hidden">Outcome</legend>
        {(Object.entries(OUTCOMES) as [ResolutionOutcome, string][]).map(([value, words]) => (
          <label key={value} class="options__one">
            <input
              type="radio"
              name="outcome"
              checked={outcome === value}
              onChange={() => setOutcome(value)}
            />
            {words}
          </label>
        ))}
      </fieldset>
      <Field label="Note" hint="How you found out, for whoever reads this later." error={problem}>
        {(input) => (
          <textarea
            {...input}
            rows={3}
            maxLength={LONGEST_NOTE}
            value={note}
            onInput={(event) => setNote(event.currentTarget.value)}
          />
        )}
      </Field>
    </Dialog>
  );
}
