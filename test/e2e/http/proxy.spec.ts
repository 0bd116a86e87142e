// A balancer with short timeouts, as many shops have one in front of everything.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ensureProgram } from '../../../scripts/programs.mjs';
import { freePort } from '../../../scripts/test-redis.mjs';
import type { TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { request } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { HttpApi } from '../../support/http-api.js';
import { Program } from '../../support/programs.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];
const PATH = '/v1/terminals/TERM-001/payments';
/** Rounds of waiting that the terminal takes its time for. */
const ROUNDS = 2;

let cluster: Cluster;
let terminal: TerminalClient;
let folder: string;
let haproxy: Program;
let api: HttpApi;

beforeAll(async () => {
  ensureProgram('haproxy', 'haproxy');
  cluster = await startCluster({ instances: 2, keys: KEYS });
  terminal = await cluster.terminal('t1', { behaviour: 'silent' });
  folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-proxy-'));
  const port = await freePort();
  const servers = cluster.instances.map((instance, i) => `  server gateway-${i} 127.0.0.1:${instance.port}`);
  const config = [
    'defaults',
    '  mode http',
    '  timeout connect 2s',
    '  timeout client 60s',
    '  timeout server 5s',
    `listen till`,
    `  bind 127.0.0.1:${port}`,
    '  balance roundrobin',
    ...servers,
  ];
  await writeFile(join(folder, 'haproxy.cfg'), `${config.join('\n')}\n`);
  haproxy = new Program(['haproxy', '-db', '-f', join(folder, 'haproxy.cfg')]);
  api = new HttpApi(`http://127.0.0.1:${port}`, { key: cluster.key('pos'), secret: cluster.secret('pos') });
  await eventually(() => api.get('/v1/terminals').then(({ status }) => status === 200));
});
afterAll(async () => {
  await haproxy.stop();
  await cluster.close();
  await rm(folder, { recursive: true, force: true });
});

it('cuts a long wait, and a client that waits in pieces gets its result', { timeout: 30_000 }, async () => {
  const payment = request();
  const cut = await api.post(PATH, payment);
  expect([cut.status, cut.body['code']], 'the proxy answers, not the gateway').toEqual([504, undefined]);
  let answer = await api.post(`${PATH}?wait=3`, payment);
  expect([answer.status, answer.body['code']]).toEqual([504, 'TIMEOUT']);
  const path = `/v1/transactions/${payment.transactionId}?wait=3`;
  for (let round = 0; answer.body['status'] !== 'COMPLETED'; round++) {
    if (round === ROUNDS) terminal.respond(payment.transactionId, 'SUCCESS');
    answer = await api.get(path);
    expect(answer.status).toBe(200);
  }
  expect(terminal.ledger.timesSeen(payment.transactionId)).toBe(1);
});
