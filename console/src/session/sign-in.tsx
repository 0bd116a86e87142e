import { useState } from 'preact/hooks';
import { ApiFailure, wordsOf } from '../api/failure.js';
import { Button, Field, Mark } from '../ui/index.js';
import { signIn, takeLinkedKey } from './session.js';

const HINT = 'Make one with: npm run keys -- create --type admin';
const SHOWN = { type: 'text' } as const;
const HIDDEN = { type: 'password' } as const;

export function SignIn() {
  const [key, setKey] = useState(takeLinkedKey);
  const [isShown, setShown] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');

  const submit = async () => {
    if (key.trim() === '') return setProblem('Paste an admin key.');
    setBusy(true);
    setProblem('');
    try {
      await signIn(key.trim());
    } catch (error) {
      setProblem(refusal(error));
      setBusy(false);
    }
  };

  return (
    <main class="sign-in" id="main">
      <form
        class="sign-in__card"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
        noValidate
      >
        <h1 class="sign-in__title">
          <Mark /> Terminal Gateway
        </h1>
        <p class="muted">The operator’s console.</p>
        <Field label="Admin key" hint={HINT} error={problem}>
          {(input) => (
            <span class="sign-in__key">
              <input
                {...input}
                name="key"
                {...(isShown ? SHOWN : HIDDEN)}
                autocomplete="current-password"
                spellcheck={false}
                autocapitalize="none"
                // The one thing to do here.
                autoFocus
                value={key}
                onInput={(event) => setKey(event.currentTarget.value)}
              />
              <Button kind="plain" pressed={isShown} onClick={() => setShown(!isShown)}>
                {isShown ? 'Hide' : 'Show'}
              </Button>
            </span>
          )}
        </Field>
        <Button kind="primary" type="submit" isBusy={isBusy}>
          Sign in
        </Button>
      </form>
    </main>
  );
}

function refusal(error: unknown): string {
  if (error instanceof ApiFailure && error.status === 401) {
    return 'This is not an enabled admin key. Keys of tills and terminals do not open the console.';
  }
  return wordsOf(error);
}
