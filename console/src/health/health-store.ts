import { signal } from '@preact/signals';
import { api } from '../api/client.js';
import { wordsOf } from '../api/failure.js';
import type { HealthHistory, HealthView } from '../api/views.js';
import { onLive } from '../live/stream.js';

const FIRST_STEP_MS = 10_000;

export const health = signal<HealthView | undefined>(undefined);
export const history = signal<HealthHistory>({ stepMs: FIRST_STEP_MS, samples: [] });
export const historyProblem = signal('');

/** Begins to keep what the gateway tells of its health. */
export function startHealth(): void {
  onLive('health', (view) => (health.value = view));
}

/** Keeps the history fresh while it is looked at. @returns what ends it */
export function followHistory(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  const load = async () => {
    if (!document.hidden) await loadHistory();
    timer = setTimeout(() => void load(), history.value.stepMs);
  };
  void load();
  return () => clearTimeout(timer);
}

async function loadHistory(): Promise<void> {
  try {
    history.value = await api.get<HealthHistory>('/health/history');
    historyProblem.value = '';
  } catch (error) {
    historyProblem.value = wordsOf(error);
  }
}
