import { ClientAction, ServerAction } from '../api/contract.js';

/** `out`: from the device to the gateway. `note`: what happened to the line itself. */
export type Direction = 'in' | 'out' | 'note';

/** One frame as it was on the wire, or a word about the line. */
export interface FrameEntry {
  /** Counts up over both devices, so that entries have one order even within a ms. */
  seq: number;
  /** ms since the epoch, with fractions. */
  at: number;
  direction: Direction;
  /** Of a frame; empty for a note and for a frame that has none. */
  action: string;
  /** Exactly as sent or received. */
  text: string;
  /** The frame as JSON has it; undefined for a note and for what is no JSON object. */
  body: Readonly<Record<string, unknown>> | undefined;
  isError: boolean;
  isHeartbeat: boolean;
}

const HEARTBEATS: readonly string[] = [ClientAction.ping, ServerAction.pong];

let seq = 0;

export function frameEntry(direction: 'in' | 'out', text: string, at = now()): FrameEntry {
  const body = objectIn(text);
  const action = typeof body?.['action'] === 'string' ? body['action'] : '';
  return {
    seq: ++seq,
    at,
    direction,
    action,
    text,
    body,
    isError: direction === 'in' && action === ServerAction.error,
    isHeartbeat: HEARTBEATS.includes(action),
  };
}

/** @param isError it is nothing that the reader wanted */
export function noteEntry(text: string, isError = false, at = now()): FrameEntry {
  return {
    seq: ++seq,
    at,
    direction: 'note',
    action: '',
    text,
    body: undefined,
    isError,
    isHeartbeat: false,
  };
}

/** Finer than `Date.now()`, which would show most hops as 0 or 1 ms. */
function now(): number {
  return performance.timeOrigin + performance.now();
}

function objectIn(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** What a frame is about in a few words, beside its action. */
export function aboutOf({ body }: FrameEntry): string {
  if (!body) return '';
  const parts = [body['paymentRequest'], body['paymentResponse'], body['transaction'], body];
  const texts = ABOUT.map((names) =>
    joined(
      names.map((name) => firstText(parts, name)),
      ' ',
    ),
  );
  return joined([...new Set(texts)], ', ');
}

/** Members worth a word; those of one line belong together. */
const ABOUT: readonly (readonly string[])[] = [
  ['amount', 'currency'],
  ['stage'],
  ['status'],
  ['code'],
  ['errorCode'],
  ['authorizationCode'],
  ['reason'],
  ['count'],
];

function joined(texts: readonly string[], between: string): string {
  return texts.filter(Boolean).join(between);
}

function firstText(parts: readonly unknown[], name: string): string {
  const values = parts.map((part) => (part as Record<string, unknown> | null | undefined)?.[name]);
  const value = values.find((found) => typeof found === 'string' || typeof found === 'number');
  return value === undefined ? '' : String(value);
}
