import { setTimeout as sleep } from 'node:timers/promises';

const POLL_INTERVAL_MS = 10;

export interface EventuallyOptions {
  timeoutMs?: number;
  /** What is waited for, named in the error. */
  what?: string;
}

/**
 * Repeats `probe` until it neither throws nor answers `false`, and gives back its answer. When the time is over, the
 * last error is thrown.
 */
export async function eventually<T>(
  probe: () => T | Promise<T>,
  { timeoutMs = 15_000, what = 'the condition' }: EventuallyOptions = {},
): Promise<T> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const outcome = await attempt(probe, what);
    if ('value' in outcome) return outcome.value;
    if (Date.now() >= end) throw describe(outcome.error, timeoutMs);
    await sleep(POLL_INTERVAL_MS);
  }
}

async function attempt<T>(
  probe: () => T | Promise<T>,
  what: string,
): Promise<{ value: T } | { error: unknown }> {
  try {
    const value = await probe();
    return value === false ? { error: new Error(`${what} did not come true`) } : { value };
  } catch (error) {
    return { error };
  }
}

function describe(error: unknown, timeoutMs: number): unknown {
  // The same object with a longer message: the test runner still shows the difference of an assertion.
  if (error instanceof Error) error.message = `after ${timeoutMs} ms: ${error.message}`;
  return error;
}
