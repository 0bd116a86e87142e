import { signal } from '@preact/signals';
import { api } from '../api/client.js';
import type { ActivityView, FloorRow, FloorUpdate } from '../api/views.js';
import { onLive, onLiveOpen } from '../live/stream.js';
import { Board, type FloorFilter } from './board.js';

/** The most that the gateway answers at once. */
const MOST_ASKED = 200;
/** A page that nobody sees draws no frames, but must not pile up either. */
const HIDDEN_PAUSE_MS = 1_000;

export const board = new Board();

/** Raised when the board has changed, at most once for each picture that the browser draws. */
export const boardVersion = signal(0);

/** Kept while one looks at other pages. */
export const floorFilter = signal<FloorFilter>({ condition: 'all', groupId: '', text: '' });

let waiting: FloorUpdate[] = [];

/** Begins to keep the board. Once, when the page is loaded: it has to know every terminal before it is looked at. */
export function startFloor(): void {
  onLiveOpen(() => {
    waiting = [];
    board.begin();
  });
  onLive('floor', (update) => {
    if (waiting.push(update) > 1) return;
    if (document.hidden) setTimeout(applyWaiting, HIDDEN_PAUSE_MS);
    else requestAnimationFrame(applyWaiting);
  });
}

/** Asks for what changes too often to be pushed. A failure is shown by the stream, which fails likewise. */
export async function refreshActivity(rows: readonly FloorRow[]): Promise<void> {
  const terminals = rows.slice(0, MOST_ASKED).map(({ groupId, keyId }) => ({ groupId, keyId }));
  if (terminals.length === 0) return;
  const answer = await api.post<ActivityView>('/floor/activity', { terminals }).catch(() => undefined);
  if (answer === undefined) return;
  board.applyActivity(answer);
  boardVersion.value++;
}

function applyWaiting(): void {
  waiting.forEach((update) => board.apply(update));
  waiting = [];
  boardVersion.value++;
}
