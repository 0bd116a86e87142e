import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** What a signature of the HTTP API covers. */
export interface SignedRequest {
  method: string;
  /** As on the wire, including `/v1`, without the query string. */
  path: string;
  /** `x-timestamp` as it came. */
  timestamp: string;
  /** The raw bytes; empty if there is none. */
  body: Buffer;
}

/** How far the clock of a caller may be from ours. */
export const SIGNATURE_WINDOW_MS = 5 * 60_000;

const ISO_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/** Base64 of HMAC-SHA256 over method, path, time and the body's SHA-256 (hex), one per line. */
export function signatureOf(secret: string, { method, path, timestamp, body }: SignedRequest): string {
  const digest = createHash('sha256').update(body).digest('hex');
  return createHmac('sha256', secret).update(`${method}\n${path}\n${timestamp}\n${digest}`).digest('base64');
}

/** Compares in constant time. @param signature as it came */
export function isSignedBy(secret: string, request: SignedRequest, signature: string): boolean {
  const expected = Buffer.from(signatureOf(secret, request));
  const given = Buffer.from(signature);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** When a request was signed, ms since the epoch; undefined if the text is no ISO 8601 time or outside the window. */
export function signedAt(timestamp: string, now = Date.now()): number | undefined {
  const at = ISO_TIME.test(timestamp) ? Date.parse(timestamp) : Number.NaN;
  return Math.abs(now - at) <= SIGNATURE_WINDOW_MS ? at : undefined;
}
