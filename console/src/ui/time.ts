const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units at most: `850 ms`, `4.2 s`, `3 min`, `2 h 5 min`, `3 d`. */
export function lengthText(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)} min`;
  if (seconds >= DAY) return `${Math.round(seconds / DAY)} d`;
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.round((seconds % HOUR) / MINUTE) % 60;
  return minutes === 0 ? `${hours} h` : `${hours} h ${minutes} min`;
}

/** How long ago, in words; what lies ahead by the difference of two clocks is now. */
export function agoText(at: number, now: number): string {
  const ms = now - at;
  if (ms < 2_000) return 'now';
  return `${ms < 10_000 ? `${Math.round(ms / 1_000)} s` : lengthText(ms)} ago`;
}

/** The time of day, and the day too unless it is today, in the reader's own zone. */
export function timeText(at: number, now: number): string {
  const date = new Date(at);
  const isToday = date.toDateString() === new Date(now).toDateString();
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  return isToday
    ? time
    : `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}
