import { effect, signal } from '@preact/signals';
import { api } from '../api/client.js';
import type { PlaygroundView } from '../api/views.js';
import { beforeSignOut, session } from '../session/session.js';
import type { FrameEntry } from './frame-entry.js';
import { NOTHING_TRIED, tried } from './hints.js';
import { follow, type Life, type Side } from './life.js';
import { TerminalDesk } from './terminal-desk.js';
import { TillDesk } from './till-desk.js';
import { openBrowserWire } from './browser-wire.js';

/** A till and a terminal with keys of their own, and the life of the payment between them. */
export class Playground {
  readonly life = signal<Life | undefined>(undefined);
  readonly tried = signal(NOTHING_TRIED);
  readonly till: TillDesk;
  readonly terminal: TerminalDesk;

  constructor(
    readonly groupId: string,
    view: PlaygroundView,
  ) {
    const url = `${location.protocol === 'https:' ? 'wss:' : 'ws:'}//${location.host}${view.path}`;
    const { till, terminal } = view;
    const tell = (side: Side) => (entry: FrameEntry) => this.follow(side, entry);
    this.till = new TillDesk({ url, apiKey: till.apiKey }, terminal.deviceId, openBrowserWire, tell('till'));
    this.terminal = new TerminalDesk({ url, apiKey: terminal.apiKey }, openBrowserWire, tell('terminal'));
  }

  connect(): void {
    this.terminal.connect();
    this.till.connect();
  }

  /** Whether somebody else has taken its keys, or given them back. */
  get isTaken(): boolean {
    return [this.till, this.terminal].some(({ line }) => line.value.kind === 'ended');
  }

  disconnect(): void {
    this.till.disconnect();
    this.terminal.disconnect();
  }

  private follow(side: Side, entry: FrameEntry): void {
    this.life.value = follow(this.life.value, side, entry);
    this.tried.value = tried(this.tried.value, this.life.value);
  }
}

export type PlaygroundState =
  | { kind: 'closed' }
  | { kind: 'opening' }
  | { kind: 'open'; playground: Playground }
  | { kind: 'failed'; error: unknown };

/** The playground of this tab. It goes on while one looks at other pages, so that its payment can be followed there. */
export const state = signal<PlaygroundState>({ kind: 'closed' });

const PATH = '/playground';
/** Nobody plays who has been elsewhere for so long. */
const AWAY_MS = 5 * 60_000;

/** Keys are asked for only after the former ones were given back, which would else end the new ones. */
let givenBack: Promise<void> = Promise.resolve();
let away: ReturnType<typeof setTimeout> | undefined;

/** Sees to a playground; one that is open goes on. */
export async function enter(): Promise<void> {
  clearTimeout(away);
  if (state.value.kind === 'open' || state.value.kind === 'opening') return;
  state.value = { kind: 'opening' };
  try {
    await givenBack;
    const view = await api.post<PlaygroundView>(PATH);
    const playground = new Playground(view.groupId, view);
    state.value = { kind: 'open', playground };
    playground.connect();
  } catch (error) {
    state.value = { kind: 'failed', error };
  }
}

/** One looks at another page of the console. */
export function leave(): void {
  away = setTimeout(() => void end(), AWAY_MS);
}

/** Ends the connections and gives the keys back, as well as a page that is being left can. Never rejects. */
export async function end(): Promise<void> {
  if (!disconnect()) return;
  givenBack = api.remove(PATH, { keepalive: true }).catch(() => {});
  await givenBack;
}

/** Begins anew with new keys, for instance when another tab has taken them. */
export async function startOver(): Promise<void> {
  disconnect();
  await enter();
}

/** @returns whether this tab has keys to give back */
function disconnect(): boolean {
  clearTimeout(away);
  const current = state.peek();
  if (current.kind !== 'open') return false;
  const { isTaken } = current.playground;
  current.playground.disconnect();
  state.value = { kind: 'closed' };
  return !isTaken;
}

addEventListener('pagehide', () => void end());
beforeSignOut(end);
effect(() => {
  // Signed out elsewhere: there is nobody left to play.
  if (session.value === null) disconnect();
});
