import { signal } from '@preact/signals';
import { api, whenSignedOut } from '../api/client.js';
import type { SessionView } from '../api/views.js';

/** Who is signed in; null: nobody; undefined: not known yet. */
export const session = signal<SessionView | null | undefined>(undefined);

whenSignedOut(() => (session.value = null));

/** Asks who is signed in. Whatever keeps the gateway from answering leaves what is known as it is. */
export async function restoreSession(): Promise<void> {
  try {
    session.value = (await api.get<SessionView | undefined>('/session')) ?? null;
  } catch {
    session.value ??= null;
  }
}

/** @throws ApiFailure */
export async function signIn(key: string): Promise<void> {
  session.value = await api.post<SessionView>('/session', { key });
}

/** What has to be ended while somebody is still signed in. */
const farewells = new Set<() => Promise<void>>();

export function beforeSignOut(end: () => Promise<void>): void {
  farewells.add(end);
}

/** Ends the session, at the gateway too if it can be reached. */
export async function signOut(): Promise<void> {
  try {
    for (const end of farewells) await end();
    await api.remove('/session');
  } finally {
    session.value = null;
  }
}

/** A key handed over behind the `#` of a link, which reaches no server and no log. It leaves the address bar at once. */
let linkedKey = new URLSearchParams(location.hash.slice(1)).get('key') ?? '';
if (linkedKey !== '') history.replaceState(null, '', location.pathname + location.search);

/** That key, once: who has signed out is not to find it in the field again. */
export function takeLinkedKey(): string {
  const key = linkedKey;
  linkedKey = '';
  return key;
}
