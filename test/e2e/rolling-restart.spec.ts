// Every gateway of docker-compose.yml restarted under load, in a small dose. `npm run rolling` gives the full one.
import { beforeAll, expect, it } from 'vitest';
import { ensureProgram } from '../../scripts/programs.mjs';
import { rollingRestart, violations } from '../rolling/run.js';

beforeAll(() => {
  ensureProgram('redis-server', 'redis-server');
  ensureProgram('openssl', 'openssl');
});

it(
  'a rolling restart cuts no socket, loses no payment and spreads its clients',
  { timeout: 180_000 },
  async () => {
    const outcome = await rollingRestart({ clients: 300, rate: 40, drainMs: 3_000 });
    expect(violations(outcome)).toEqual([]);
  },
);
