import type { ConnectionEnded } from '../api/contract.js';

/**
 * How the line of a device stands. `waiting`: lost, and it will be tried again; `ended`: the gateway does not want this key any
 * more, so that only the user can begin again.
 */
export type LineState =
  | { kind: 'off' }
  | { kind: 'connecting' }
  | { kind: 'on' }
  | { kind: 'waiting'; code: number }
  | { kind: 'ended'; reason: string };

/** Soon enough that nobody waits long for a plugged-in cable. */
export const BACKOFF = { baseMs: 400, capMs: 2_500 };

export function endState({ reason, message }: ConnectionEnded): LineState {
  return reason === 'closed' ? { kind: 'off' } : { kind: 'ended', reason: message };
}

const WORDS = {
  off: 'Disconnected',
  connecting: 'Connecting …',
  on: 'Online',
  waiting: 'Connection lost, trying again …',
} as const;

export function lineInWords(state: LineState): string {
  return state.kind === 'ended' ? state.reason : WORDS[state.kind];
}
