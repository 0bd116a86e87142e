import { expect, it } from 'vitest';
import { partitionOf } from '../../src/redis/index.js';
import { connect, device, GROUP } from '../support/endpoints.js';
import { boardOf } from '../support/terminal-list.js';
import { TestStore } from '../support/test-store.js';

it('does not make a list anew because the instances renew their leases in another order', async () => {
  const test = await TestStore.open({ INSTANCE_LEASE_MS: '60000' });
  const other = test.instance('B');
  await connect(test.presence(), device('t1', 'TERM-001'));
  await connect(test.presence(other), device('t2', 'TERM-002'));
  const leases = test.keys.of(partitionOf(GROUP), 'leases');
  const board = boardOf(test.lists(test.presence()));
  const listAfter = async (renewed: string) => {
    await test.redis.zincrby(leases, 1_000, renewed);
    await board.look();
    return board.list();
  };
  const first = await listAfter(test.config.incarnation);
  const second = await listAfter(other.incarnation);
  const third = await listAfter(test.config.incarnation);
  expect(first.count).toBe(2);
  expect(second).toBe(first);
  expect(third).toBe(first);
});
