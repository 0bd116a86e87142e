// The other profiles of docker-compose.yml, as processes: a payment in each, and one after its store has lost a master.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { ensureProgram } from '../../scripts/programs.mjs';
import { readComposeFile } from '../support/compose.js';
import { ComposeStack } from '../support/compose-stack.js';
import { eventually } from '../support/eventually.js';
import { PROJECT_FOLDER } from '../support/programs.js';
import { ReturningClient } from '../support/returning-client.js';

const numbered = (name: string, count: number) => Array.from({ length: count }, (_, i) => `${name}-${i + 1}`);
const REPLICATED = numbered('replicated', 3);
const SENTINELS = numbered('sentinel', 3);
const NODES = numbered('cluster', 6);
const ASK_AGAIN_MS = 300;
const TAKE_OVER = { timeoutMs: 45_000, what: 'a replica to take over' };

const file = await readComposeFile();
const { keys } = JSON.parse(await readFile(join(PROJECT_FOLDER, 'deploy/api-keys.example.json'), 'utf8')) as {
  keys: { id: string; key: string }[];
};

let stack: ComposeStack;
let clients: ReturningClient[] = [];

beforeAll(() => {
  ensureProgram('redis-server', 'redis-server');
  ensureProgram('openssl', 'openssl');
});

afterEach(async () => {
  clients.forEach((client) => client.close());
  clients = [];
  await stack.close();
});

/** A till that pays on a terminal, both on this address. */
function openTill(url: string, ca = ''): (transactionId: string) => Promise<void> {
  const keyOf = (id: string) => keys.find((one) => one.id === id)?.key ?? '';
  const terminal = new ReturningClient(url, { ca, key: keyOf('dev-terminal-1') }, (frame, self) => {
    const { action, transactionId } = frame;
    if (action !== 'payment') return;
    self.send({
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status: 'SUCCESS' },
    });
  });
  const approved = new Set<string | undefined>();
  const till = new ReturningClient(
    url,
    { ca, key: keyOf('dev-pos-1') },
    ({ action, transactionId, status }) => {
      if (action === 'paymentComplete' && status === 'SUCCESS') approved.add(transactionId);
    },
  );
  clients.push(terminal, till);
  const request = { amount: '10.10', currency: 'EUR', paymentMethod: 'CARD' };
  return async (transactionId) => {
    let askedAt = 0;
    // The same request again never reaches the terminal twice.
    await eventually(() => {
      if (till.isOpen && Date.now() - askedAt > ASK_AGAIN_MS) {
        askedAt = Date.now();
        const paymentRequest = { transactionId, ...request };
        till.send({ action: 'payment', terminalId: 'TERM-001', paymentRequest });
      }
      return approved.has(transactionId);
    }, TAKE_OVER);
  };
}

it('single: one gateway that ends TLS itself', async () => {
  stack = await ComposeStack.open(file);
  await stack.startRedis('redis');
  const ca = await stack.makeCertificate();
  stack.startGateway('gateway');
  const pay = openTill(stack.url('gateway'), ca);
  await pay('tx-single');
});

it('sentinel: a replica takes over when the master is killed', { timeout: 120_000 }, async () => {
  stack = await ComposeStack.open(file, { env: { INSTANCE_LEASE_MS: '3000' } });
  await stack.startRedis(...REPLICATED);
  await stack.startRedis(...SENTINELS);
  const sentinel = new Redis(stack.port('sentinel-1'), '127.0.0.1');
  const told = async (name: string) => {
    const flat = (await sentinel.call('SENTINEL', 'MASTER', 'payments')) as string[];
    return flat[flat.indexOf(name) + 1];
  };
  await eventually(async () => (await told('num-slaves')) === '2', TAKE_OVER);
  await eventually(async () => (await told('num-other-sentinels')) === '2', TAKE_OVER);
  stack.startGateway('sentinel-gateway-1');
  await stack.untilReady('sentinel-gateway-1');
  const pay = openTill(`ws://127.0.0.1:${stack.port('sentinel-gateway-1')}/v1`);
  await pay('tx-before');

  await stack.program('replicated-1').stop('SIGKILL');
  const master = async () => {
    const port = await told('port');
    expect(port).not.toBe(String(stack.port('replicated-1')));
    return REPLICATED.find((one) => String(stack.port(one)) === port)!;
  };
  await eventually(master, TAKE_OVER);
  await pay('tx-after');

  // What the Sentinels have decided outlives a restart: the new master, whoever that is by now, is no replica in its file either.
  await eventually(async () => {
    const file = join(stack.folder, (await master()).replace('-', '-data-'), 'redis.conf');
    expect(await readFile(file, 'utf8')).not.toContain('replicaof');
  }, TAKE_OVER);
  sentinel.disconnect();
});

it('cluster: a replica takes over when a master is killed', { timeout: 120_000 }, async () => {
  stack = await ComposeStack.open(file, { env: { INSTANCE_LEASE_MS: '3000' } });
  await stack.startRedis(...NODES);
  await stack.run('cluster-create');
  await stack.run('cluster-create');
  expect(stack.program('cluster-create').log).toContain('the cluster is there');
  stack.startGateway('cluster-gateway-1');
  await stack.untilReady('cluster-gateway-1');
  const pay = openTill(`ws://127.0.0.1:${stack.port('cluster-gateway-1')}/v1`);
  await pay('tx-before');

  const node = new Redis(stack.port('cluster-6'), '127.0.0.1');
  const lines = async () => String(await node.call('CLUSTER', 'NODES')).split('\n');
  const hasReplicas = async () => (await lines()).filter((line) => line.includes('slave')).length === 3;
  await eventually(hasReplicas, TAKE_OVER);
  await stack.program('cluster-1').stop('SIGKILL');
  await eventually(async () => {
    const masters = (await lines()).filter((line) => line.includes('master') && !line.includes('fail'));
    expect(masters).toHaveLength(3);
  }, TAKE_OVER);
  await pay('tx-after');
  node.disconnect();
});
