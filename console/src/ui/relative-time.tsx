import { seconds, storeNow } from '../live/clock.js';
import { agoText, timeText } from './time.js';

/** How long ago something was, counting along. @param at ms, store time */
export function Ago({ at }: { at: number }) {
  const now = Math.max(seconds.value, storeNow());
  return <time {...exact(at)}>{agoText(at, now)}</time>;
}

/** When something was. @param at ms, store time */
export function Moment({ at }: { at: number }) {
  return <time {...exact(at)}>{timeText(at, storeNow())}</time>;
}

/** Seconds that are left, counting down. @param until ms, store time */
export function SecondsLeft({ until }: { until: number }) {
  const now = Math.max(seconds.value, storeNow());
  return <>{Math.max(0, Math.ceil((until - now) / 1_000))} s</>;
}

function exact(at: number) {
  const date = new Date(at);
  return { dateTime: date.toISOString(), title: date.toLocaleString() };
}
