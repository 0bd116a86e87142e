import type { ERRORS } from '../../src/protocol/errors.js';
import type { ErrorFrame } from './frames.js';

/** Any `code` of the gateway's catalogue. */
export type ErrorCode = (typeof ERRORS)[keyof typeof ERRORS]['code'];

/** They are about the state of the gateway and not about the request: the same request may succeed later. */
const PASSING: readonly ErrorCode[] = [
  'RATE_LIMITED',
  'STORE_UNAVAILABLE',
  'DRAINING',
  'CONNECTION_NOT_FOUND',
  'INTERNAL_ERROR',
];

export function isPassing({ code }: ErrorFrame): boolean {
  return (PASSING as readonly string[]).includes(code);
}
