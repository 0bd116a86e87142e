import { expect, it } from 'vitest';
import { environmentOf, timesFrom } from './times.js';

it('takes what was given, and what is usual or short for the rest', () => {
  expect(timesFrom({}, 'usual')).toMatchObject({ graceMs: 60_000, cancelMs: 10_000 });
  expect(timesFrom({ graceMs: 7 }, 'short')).toMatchObject({ graceMs: 7, cancelMs: 1_000 });
  expect(timesFrom({ paymentTimeoutMs: 0 }, 'usual').paymentTimeoutMs).toBe(0);
});

it('becomes the environment of a gateway, with several pings before a socket is dead', () => {
  expect(environmentOf(timesFrom({ heartbeatMs: 2_000 }, 'short'))).toMatchObject({
    GRACE_PERIOD_MS: '1500',
    HEARTBEAT_TIMEOUT_MS: '2000',
    HEARTBEAT_INTERVAL_MS: '500',
  });
});
