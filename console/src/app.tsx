import { useSignalEffect } from '@preact/signals';
import { startLive, stopLive } from './live/stream.js';
import { session } from './session/session.js';
import { SignIn } from './session/sign-in.js';
import { Shell } from './shell/shell.js';
import { Toasts } from './ui/index.js';

/** The sign-in, or the page that the address names: who signs in goes on where he wanted to go. */
export function App() {
  useSignalEffect(() => {
    if (session.value) startLive();
    else stopLive();
  });
  if (session.value === undefined) return <p class="loading">Loading…</p>;
  return (
    <>
      {session.value === null ? <SignIn /> : <Shell />}
      <Toasts />
    </>
  );
}
