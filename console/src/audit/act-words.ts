import type { AuditView } from '../api/views.js';
import { wordSearch } from '../ui/word-search.js';

/** What was done, as the end of a sentence that begins with who did it; after it follows what it was done to. */
const DONE_TO: Readonly<Record<string, string>> = {
  'key.created': 'created the key',
  'key.disabled': 'disabled the key',
  'key.enabled': 'enabled the key',
  'key.rotated': 'rotated the key',
  'endpoint.created': 'created the webhook endpoint',
  'endpoint.updated': 'changed the webhook endpoint',
  'endpoint.deleted': 'deleted the webhook endpoint',
  'endpoint.secret-rotated': 'rotated the secret of the webhook endpoint',
  'delivery.redelivered': 'had a webhook sent again, delivery',
  'payment.resolved': 'noted what became of the payment',
};

/** The same for what stands for itself. */
const DONE: Readonly<Record<string, string>> = {
  'secrets.resealed': 'encrypted all secrets anew',
  'playground.opened': 'opened the playground',
  'playground.closed': 'left the playground',
  'console.signed-in': 'signed in to the console',
  'console.signed-out': 'signed out of the console',
};

/** A part of a sentence, and what it was done to, if that is worth a word. */
export interface ActWords {
  done: string;
  subject?: string;
}

/** An action of a newer instance is shown as it is called. */
export function actInWords({ action, subject }: Pick<AuditView, 'action' | 'subject'>): ActWords {
  const done = DONE[action];
  return done === undefined ? { done: DONE_TO[action] ?? action, subject } : { done };
}

/** Who: with `npm run keys` it is a user of the machine, else whoever holds the key. */
export function actorInWords({ kind, id }: AuditView['actor']): string {
  if (kind === 'command') return `${id} (command line)`;
  return kind === 'key' ? `${id} (API key)` : id;
}

/** The actions that the page knows, for its filter. */
export const ACTIONS: readonly string[] = [...Object.keys(DONE_TO), ...Object.keys(DONE)];

/** What the reader wants to see. */
export interface ActFilter {
  action: string;
  /** Anywhere in actor, subject, group or address, whatever the case. */
  search: string;
}

export function filteredActs(acts: readonly AuditView[], { action, search }: ActFilter): AuditView[] {
  const isFound = wordSearch(search);
  return acts.filter((act) => {
    if (action !== '' && act.action !== action) return false;
    const { actor, subject, groupId = '', from } = act;
    return isFound(`${actor.kind}\n${actor.id}\n${subject}\n${groupId}\n${from}`);
  });
}
