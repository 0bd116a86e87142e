/** What the store is told about a connected terminal now and then. */
export interface Activity {
  /** When it was last heard, ms since the epoch. */
  at: number;
  /** Latest round trip of a protocol ping, ms; undefined before the first one. */
  roundTripMs?: number | undefined;
}

/** The field of a terminal in `seen:<group>`: `ms`, or `ms ms` once its round trip is known. */
export function activityText({ at, roundTripMs }: Activity): string {
  return roundTripMs === undefined ? String(at) : `${at} ${roundTripMs}`;
}

/** @param text as {@link activityText} makes it; absent if nothing was ever told */
export function parseActivity(text: string | null | undefined): Activity {
  const [at = '0', roundTrip] = (text ?? '0').split(' ');
  return { at: Number(at), roundTripMs: roundTrip === undefined ? undefined : Number(roundTrip) };
}
