import { maskCardText } from '../protocol/index.js';

/*
 * The last line of defence of the log. The places that write a line take care of what is in it; whatever slips through, in a
 * text that somebody else has chosen or in the message of an error, is masked here. In doubt too much is masked.
 */

const REMOVED = '***';

/** A text without these parts holds nothing that is looked for: most texts are done with here. */
const MAY_HOLD_SECRET = /:\/\/|\?|key|auth|cookie|secret|signature|passw|token|whsec_/i;
const MAY_HOLD_CARD = /(?:\d[ \u00a0-]?){8}|\b(?:cv[vcn]|csc|cav2|pin)/i;

/** What stands before the host of a URL. Greedy: a password may hold an unescaped `@` or `/`. No path of a file. */
const USER_INFO = /([a-z][a-z\d+.-]{0,20}:\/\/)(?!\/)[^\s"'<>]{0,500}@/gi;
const QUERY = /\?[^\s"'<>?]*=[^\s"'<>]*/g;
const NAMED_SECRET =
  /((?:x-api-key|x-signature|webhook-signature|authorization|(?:set-)?cookie|api[_-]?key|(?:client[_-]?)?secret|passw(?:or)?d|(?:access[_-]?)?token|signature)\\?["']?\s*[:=]\s*\\?["']?(?:(?:bearer|basic|digest)\s+)?)[^\s"'\\,;&}<>]+/gi;
const SIGNING_SECRET = /whsec_[A-Za-z\d+/=_-]+/g;

/** Members whose values are secrets, whatever they look like. */
const SECRET_NAMES = new Set(
  'key apikey xapikey secret secrets password passwd authorization cookie setcookie signature xsignature token'.split(
    ' ',
  ),
);
/** Members that are made here, and hold digits at random: masked, they would lead nowhere. */
const OWN_NAMES = new Set(['traceId', 'connectionId', 'eventId', 'deliveryId', 'endpointId', 'pid']);

const DEEPEST = 6;

/** A longer text is cut before anything is looked for: what a client makes an error say must not cost time either. */
const LONGEST = 8 * 1024;
/** A number that a cut would make unrecognisable. */
const CUT_NUMBER = /[\d \u00a0-]{1,40}$/;

/** A text without card data, keys, user names and passwords of URLs, and query strings. */
export function redactText(text: string): string {
  let safe = text.length > LONGEST ? `${text.slice(0, LONGEST).replace(CUT_NUMBER, '')}…` : text;
  if (MAY_HOLD_SECRET.test(safe)) {
    safe = safe
      .replace(USER_INFO, `$1${REMOVED}@`)
      .replace(QUERY, `?${REMOVED}`)
      .replace(NAMED_SECRET, `$1${REMOVED}`)
      .replace(SIGNING_SECRET, REMOVED);
  }
  return MAY_HOLD_CARD.test(safe) ? maskCardText(safe) : safe;
}

/** The fields of a log line, as they may be written; the same object if nothing had to be masked. */
export function redactFields(fields: Record<string, unknown>): Record<string, unknown> {
  return redactMembers(fields, 0);
}

function redactMembers(members: Record<string, unknown>, depth: number): Record<string, unknown> {
  let safe = members;
  for (const name in members) {
    const value = members[name];
    const told = redactMember(name, value, depth);
    if (told !== value) {
      safe = safe === members ? { ...members } : safe;
      safe[name] = told;
    }
  }
  return safe;
}

function redactMember(name: string, value: unknown, depth: number): unknown {
  if (value === undefined || OWN_NAMES.has(name)) {
    return value;
  }
  return SECRET_NAMES.has(name.toLowerCase().replace(/[-_]/g, '')) ? REMOVED : redactValue(value, depth);
}

function redactValue(value: unknown, depth: number): unknown {
  switch (typeof value) {
    case 'string':
      return redactText(value);
    case 'number':
      return Number.isSafeInteger(value) && value >= 1e12 ? redactNumber(value) : value;
    case 'bigint':
      return redactText(String(value));
    case 'object':
      return value === null || value instanceof Error ? value : redactObject(value, depth + 1);
    default:
      return value;
  }
}

function redactNumber(value: number): number | string {
  const text = redactText(String(value));
  return text === String(value) ? value : text;
}

function redactObject(value: object, depth: number): unknown {
  if (depth > DEEPEST) {
    return REMOVED;
  }
  if (Array.isArray(value)) {
    return value.map((item) => redactValue(item, depth));
  }
  const { toJSON } = value as { toJSON?: () => unknown };
  return typeof toJSON === 'function'
    ? redactValue(toJSON.call(value), depth)
    : redactMembers(value as Record<string, unknown>, depth);
}
