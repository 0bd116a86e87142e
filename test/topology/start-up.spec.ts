import { expect, it, onTestFinished } from 'vitest';
import { failedStart } from '../support/failed-start.js';
import { startInstance } from '../support/instance.js';
import { freePorts } from '../support/redis-server.js';
import { Standalone } from '../support/topologies.js';

it('an instance does not start on a Redis that may evict payments', async () => {
  const redis = await Standalone.start('--maxmemory-policy', 'allkeys-lru');
  onTestFinished(() => redis.stop());
  const said = await failedStart(redis.env);
  expect(said).toContain('maxmemory-policy is allkeys-lru');
  expect(said).toContain('must be noeviction');
});

it('an instance does not start without its Redis, and says which one it misses', async () => {
  const [port] = await freePorts(1);
  const said = await failedStart({ REDIS_URL: `redis://127.0.0.1:${port}` });
  expect(said).toContain(`ECONNREFUSED 127.0.0.1:${port}`);
});

it('an instance starts on a Redis that does not tell whether it may evict payments, and warns', async () => {
  const redis = await Standalone.start('--rename-command', 'CONFIG', '');
  onTestFinished(() => redis.stop());
  const instance = await startInstance({ env: { HOST: '127.0.0.1', ...redis.env } });
  onTestFinished(() => instance.kill());
  expect(instance.output()).toContain('see to it that it is noeviction');
});
