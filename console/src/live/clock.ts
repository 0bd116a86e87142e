import { signal } from '@preact/signals';

const TICK_MS = 1_000;

/** How far the store's clock is ahead of this machine's, in ms: everything that the page shows is in store time. */
let offsetMs = 0;

/** Store time, renewed every second: whoever reads it in a component counts along. */
export const seconds = signal(Date.now());

/** Store time now, in ms. */
export function storeNow(): number {
  return Date.now() + offsetMs;
}

/** @param now the store's clock as the gateway has just told it */
export function setStoreClock(now: number): void {
  offsetMs = now - Date.now();
}

export function startClock(): void {
  setInterval(() => (seconds.value = storeNow()), TICK_MS);
}
