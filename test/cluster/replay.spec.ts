import { afterEach, expect, it } from 'vitest';
import { posKey, startCluster, terminalKey, type Cluster } from '../support/fixture.js';

const request = { transactionId: 'T', amount: '1.00', currency: 'PHP', paymentMethod: 'CARD' };

let cluster: Cluster | undefined;

afterEach(() => cluster?.close());

it('the same request right after its result brings the result again', async () => {
  cluster = await startCluster({ instances: 2, keys: [posKey('pos'), terminalKey('t1', 'TERM-001')] });
  const pos = await cluster.pos('pos', { on: 0 });
  const terminal = await cluster.terminal('t1', { on: 1 });
  pos.pay('TERM-001', request);
  const { eventId } = await pos.result('T');
  for (let i = 0; i < 20; i++) {
    pos.pay('TERM-001', request);
    expect(await pos.result('T')).toMatchObject({ eventId });
  }
  expect(terminal.ledger.timesSeen('T')).toBe(1);
});
