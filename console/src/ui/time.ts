const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time in its two largest units at most: `0.4 ms`, `850 ms`, `4.2 s`, `1 min 2 s`, `2 h 5 min`, `3 d`. */
export function lengthText(ms: number): string {
  if (ms < 10) return `${Math.round(ms * 10) / 10} ms`;
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < MINUTE) return `${seconds} s`;
  if (seconds < HOUR) return twoUnits(seconds, MINUTE, 'min', 1, 's');
  return seconds < DAY ? twoUnits(seconds, HOUR, 'h', MINUTE, 'min') : twoUnits(seconds, DAY, 'd', HOUR, 'h');
}

function twoUnits(
  seconds: number,
  large: number,
  largeName: string,
  small: number,
  smallName: string,
): string {
  const rest = Math.floor((seconds % large) / small);
  const whole = `${Math.floor(seconds / large)} ${largeName}`;
  return rest === 0 ? whole : `${whole} ${rest} ${smallName}`;
}

/** How long ago, in words; what lies ahead by the difference of two clocks is now. */
export function agoText(at: number, now: number): string {
  const ms = now - at;
  if (ms < 2_000) return 'now';
  if (ms < 10_000) return `${Math.floor(ms / 1_000)} s ago`;
  const [largest, unit] = lengthText(ms).split(' ');
  return `${largest} ${unit} ago`;
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
