import { expect, it, onTestFinished } from 'vitest';
import { Metrics } from '../../src/metrics/index.js';
import { Pulse } from '../../src/presence/index.js';
import { Reaper } from '../../src/presence/reaper.js';
import { eventually } from '../support/eventually.js';
import { silentLogger, TestStore } from '../support/test-store.js';

it('counts each lease that was gone when it was to be renewed, and none of the first ones', async () => {
  const test = await TestStore.open({ INSTANCE_LEASE_MS: '60000' });
  const { store, config, keys } = test;
  const presence = test.presence();
  const metrics = new Metrics();
  const reaper = new Reaper(store, presence, silentLogger);
  const pulse = new Pulse(store, presence, reaper, metrics, config, silentLogger);
  const told: number[] = [];
  await pulse.start((partition) => told.push(partition));
  onTestFinished(() => pulse.stop());
  const lapsed = metrics.leasesLapsed.of({});
  expect(lapsed.value).toBe(0);
  await test.redis.zrem(keys.of(7, 'leases'), config.incarnation);
  await eventually(() => lapsed.value === 1);
  expect(told).toEqual([7]);
});
