import { isOpen, type Life } from './life.js';

/** What the newcomer has tried so far. */
export interface Tried {
  hasPaid: boolean;
  hasApproved: boolean;
  hasLostTerminal: boolean;
}

export const NOTHING_TRIED: Tried = { hasPaid: false, hasApproved: false, hasLostTerminal: false };

/** The first minute of a newcomer, in order. */
export const HINTS: readonly { key: keyof Tried; title: string; text: string }[] = [
  {
    key: 'hasPaid',
    title: 'Press Pay at the till',
    text: 'The amount appears on the terminal; both logs show every frame.',
  },
  {
    key: 'hasApproved',
    title: 'Press Approve at the terminal',
    text: 'The result goes to the till, and the gateway acknowledges it to the terminal.',
  },
  {
    key: 'hasLostTerminal',
    title: 'Pay again and cut the terminal’s cable before you approve',
    text: 'The payment waits for the terminal. Plug it in again: it is asked, and paid once.',
  },
];

/** What has been tried, after one more look at the current payment. */
export function tried(before: Tried, life: Life | undefined): Tried {
  if (!life) return before;
  const wasLost = life.incidents.some(({ text }) => text.startsWith('the terminal is gone'));
  return {
    hasPaid: before.hasPaid || life.status !== 'REFUSED',
    hasApproved: before.hasApproved || life.status === 'COMPLETED',
    hasLostTerminal: before.hasLostTerminal || (wasLost && !isOpen(life)),
  };
}
