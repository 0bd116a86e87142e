import { signal } from '@preact/signals';
import type { FloorUpdate, HealthView, PaymentsUpdate } from '../api/views.js';
import { restoreSession, session } from '../session/session.js';
import { setStoreClock } from './clock.js';

/** What the gateway tells by itself, by the name of the event. Each carries the store's clock. */
export interface LiveEvents {
  floor: FloorUpdate;
  payments: PaymentsUpdate;
  health: HealthView;
}

export type LiveState = 'connecting' | 'live' | 'lost';

/** Whether what the page shows is what is. */
export const liveState = signal<LiveState>('connecting');

const PATH = '/console/api/live';
const RETRY_MS = [1_000, 2_000, 5_000, 10_000];

type Name = keyof LiveEvents;
type Listener = (event: never) => void;

const listeners = new Map<Name | 'open', Set<Listener>>();
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let failures = 0;

/** Hears one kind of event from now on. @returns what ends it */
export function onLive<N extends Name>(name: N, listener: (event: LiveEvents[N]) => void): () => void {
  return add(name, listener);
}

/** Called when a stream begins: a snapshot follows, and what it does not name is gone. */
export function onLiveOpen(listener: () => void): () => void {
  return add('open', listener);
}

export function startLive(): void {
  stopLive();
  failures = 0;
  open();
}

export function stopLive(): void {
  clearTimeout(timer);
  source?.close();
  source = undefined;
}

function open(): void {
  source = new EventSource(PATH);
  source.onopen = () => {
    failures = 0;
    liveState.value = 'live';
    tell('open', undefined);
  };
  source.onerror = retry;
  for (const name of ['floor', 'payments', 'health'] satisfies Name[]) {
    source.addEventListener(name, (message: MessageEvent<string>) => {
      const event = JSON.parse(message.data) as LiveEvents[Name];
      setStoreClock(event.now);
      tell(name, event);
    });
  }
}

/** A browser comes back by itself after a cut, but never after a refusal; and only we know whether a session is left. */
function retry(): void {
  source?.close();
  liveState.value = failures === 0 ? 'connecting' : 'lost';
  const pause = RETRY_MS[Math.min(failures++, RETRY_MS.length - 1)];
  timer = setTimeout(() => {
    void restoreSession().then(() => session.value && open());
  }, pause);
}

function add(name: Name | 'open', listener: Listener): () => void {
  const all = listeners.get(name) ?? new Set();
  listeners.set(name, all.add(listener));
  return () => void all.delete(listener);
}

function tell(name: Name | 'open', event: unknown): void {
  listeners.get(name)?.forEach((listener) => listener(event as never));
}
