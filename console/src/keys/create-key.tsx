import { useState } from 'preact/hooks';
import { wordsOf } from '../api/failure.js';
import type { IssuedKeyView, KeyKind } from '../api/views.js';
import { Button, Choice, Dialog, Field } from '../ui/index.js';
import { EMPTY_DRAFT, fieldsOf, judged, type DraftField, type DraftProblems } from './key-draft.js';
import { create } from './key-list.js';
import { KIND_NAMES } from './kinds.js';

const LABELS: Record<DraftField, { label: string; hint: string }> = {
  groupId: { label: 'Group', hint: 'Tills see the terminals of their own group only' },
  deviceId: {
    label: 'Device id',
    hint: 'Tills name the terminal by it; unique in its group, such as TERM-001',
  },
  id: { label: 'Name of the key', hint: 'Public, shown in lists and logs. Made up if empty' },
  metadata: { label: 'Metadata', hint: 'Optional JSON object, shown to tills in the list of terminals' },
};

const ABOUT: Record<KeyKind, string> = {
  desktop: 'Asks for payments and hears of their results.',
  terminal: 'Carries payments out.',
  admin: 'Opens this console, for all groups. No device connects with it.',
};

export interface CreateKeyProps {
  onClose: () => void;
  onIssued: (issued: IssuedKeyView) => void;
}

export function CreateKey({ onClose, onIssued }: CreateKeyProps) {
  const [draft, setDraft] = useState(EMPTY_DRAFT);
  const [problems, setProblems] = useState<DraftProblems>({});
  const [refusal, setRefusal] = useState('');
  const [isBusy, setBusy] = useState(false);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const outcome = judged(draft);
    setProblems('problems' in outcome ? outcome.problems : {});
    setRefusal('');
    if ('problems' in outcome) return;
    setBusy(true);
    try {
      onIssued(await create(outcome.request));
    } catch (error) {
      setRefusal(wordsOf(error));
      setBusy(false);
    }
  };

  return (
    <Dialog title="Create a key" onClose={onClose}>
      <form class="form" onSubmit={(event) => void submit(event)} noValidate>
        <Choice
          label="Kind"
          value={draft.kind}
          options={Object.entries(KIND_NAMES).map(([value, text]) => ({ value: value as KeyKind, text }))}
          onChoose={(kind) => setDraft({ ...draft, kind })}
        />
        <p class="muted">{ABOUT[draft.kind]}</p>
        {fieldsOf(draft.kind).map((field) => (
          <Field key={field} {...LABELS[field]} error={problems[field] ?? ''}>
            {(control) => (
              <input
                {...control}
                autocomplete="off"
                spellcheck={false}
                value={draft[field]}
                onInput={(event) => setDraft({ ...draft, [field]: event.currentTarget.value })}
              />
            )}
          </Field>
        ))}
        {refusal !== '' && (
          <p class="notice notice--bad" role="alert">
            {refusal}
          </p>
        )}
        <div class="dialog__foot">
          <Button onClick={onClose}>Cancel</Button>
          <Button kind="primary" type="submit" isBusy={isBusy}>
            Create
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
