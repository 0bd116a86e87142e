import { expect, it } from 'vitest';
import { Close, type CloseReason } from '../protocol/index.js';
import { disconnectReason, refusalOf } from './connection-reasons.js';

it.each([
  [undefined, 1000, 'client'],
  [undefined, 1001, 'client'],
  [undefined, 1005, 'client'],
  [undefined, 4001, 'client'],
  [undefined, 1006, 'lost'],
  [undefined, 1009, 'frame_too_large'],
  [undefined, 1002, 'protocol_error'],
  [Close.displaced, 4001, 'displaced'],
  [Close.displaced, 1006, 'displaced'],
  [Close.heartbeatLost, 1006, 'heartbeat_lost'],
] as const)('ended by %o with %d counts as %s', (endedBy, code, reason) => {
  expect(disconnectReason(endedBy, code)).toBe(reason);
});

it('has a reason of its own for each of our closes', () => {
  const reasons = Object.values<CloseReason>(Close).map((close) => disconnectReason(close, 1006));
  expect(new Set(reasons).size).toBe(Object.keys(Close).length);
});

it('counts every refusal, also for what is not foreseen', () => {
  expect(refusalOf('RATE_LIMITED')).toBe('rate_limited');
  expect(refusalOf('FOREIGN_GROUP')).toBe('foreign_group');
  expect(refusalOf('NOT_FOUND')).toBe('other');
});
