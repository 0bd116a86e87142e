import { createServer } from 'node:net';
import { once } from 'node:events';
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from 'vitest';
import { ensurePromtool } from '../../scripts/programs.mjs';
import { freePort } from '../../scripts/test-redis.mjs';
import { refused } from '../support/clients.js';
import { eventually } from '../support/eventually.js';
import { newId, request } from '../support/expected.js';
import { posKey, startCluster, TEST_ENV, terminalKey, type Cluster } from '../support/fixture.js';
import { startInstance } from '../support/instance.js';
import { scrape } from '../support/metrics.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { WebhookShop } from '../support/webhook-shop.js';

const TOKEN = 'a-token-of-the-test';
const GROUPS = Array.from({ length: 25 }, (_, i) => `group-${i}`);
const KEYS = [
  posKey('pos'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('nameless'),
  ...GROUPS.flatMap((group) => [
    posKey(`pos-${group}`, group),
    terminalKey(`t-${group}`, `T-${group}`, group),
  ]),
];

let cluster: Cluster;
/** Where the metrics of the first two instances are. */
let ports: string[];
/** In front of the store of the one that serves its metrics on the port of everybody. */
let proxy: TcpProxy;

const BEARER = { authorization: `Bearer ${TOKEN}` };
const [WITH_PORT, WITH_PORT_AND_TOKEN, WITH_TOKEN, WITH_NEITHER] = [0, 1, 2, 3] as const;

beforeAll(async () => {
  const { hostname, port } = new URL(inject('redisUrl'));
  proxy = await TcpProxy.start({ host: hostname, port: Number(port || 6379) });
  cluster = await startCluster({ instances: 0, keys: KEYS });
  const [first, second] = [await freePort(), await freePort()];
  ports = [first, second].map((number) => `http://127.0.0.1:${number}`);
  const started = await Promise.all([
    cluster.add({ METRICS_PORT: String(first) }),
    cluster.add({ METRICS_PORT: String(second), METRICS_TOKEN: TOKEN }),
    cluster.add({ METRICS_TOKEN: TOKEN, REDIS_URL: `redis://127.0.0.1:${proxy.port}` }),
    cluster.add(),
  ]);
  // In this order, whoever came up first.
  cluster.instances.splice(0, started.length, ...started);
});
afterAll(async () => {
  await cluster?.close();
  await proxy?.close();
});

const urlOf = (on: number) => cluster.instances[on]!.url;

/** The sum of a series over both instances. */
async function total(series: string): Promise<number> {
  const scrapes = await Promise.all(ports.map((port) => scrape(port, BEARER)));
  return scrapes.reduce((sum, { values }) => sum + (values.get(series) ?? Number.NaN), 0);
}

describe('who may read the metrics', () => {
  it('whoever reaches the port of their own, where nothing else is', async () => {
    const { status, headers } = await scrape(ports[0]!);
    expect(status).toBe(200);
    expect(headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    for (const path of ['/', '/health/live', '/v1/terminals', '/metrics/', '/metricsx']) {
      expect((await fetch(`${ports[0]!}${path}`)).status, path).toBe(404);
    }
    expect((await fetch(`${ports[0]!}/metrics`, { method: 'POST' })).status).toBe(405);
  });

  it('nobody on the port of everybody, unless there is a token and no other port', async () => {
    for (const on of [WITH_PORT, WITH_PORT_AND_TOKEN, WITH_NEITHER]) {
      const { status, text } = await scrape(urlOf(on), BEARER);
      expect(status).toBe(404);
      expect(JSON.parse(text)).toMatchObject({ code: 'NOT_FOUND' });
    }
  });

  it('who presents the token, on either port', async () => {
    for (const url of [urlOf(WITH_TOKEN), ports[1]!]) {
      for (const authorization of ['', TOKEN, `Bearer ${TOKEN}x`, `Bearer ${TOKEN.slice(1)}`, 'Bearer ']) {
        const { status, headers, text } = await scrape(url, { authorization });
        expect([status, headers.get('www-authenticate')], authorization).toEqual([401, 'Bearer']);
        expect(text).not.toContain('gateway_');
      }
      const { status, values } = await scrape(url, BEARER);
      expect([status, values.get('gateway_store_up')]).toEqual([200, 1]);
    }
    expect(cluster.logs()).not.toContain(TOKEN);
  });

  it('nobody if their port is taken: the start fails and says so', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    onTestFinished(() => void other.close());
    const { port } = other.address() as { port: number };
    const env = { ...TEST_ENV, REDIS_URL: inject('redisUrl'), REDIS_KEY_PREFIX: cluster.prefix };
    const instance = await startInstance({
      env: { ...env, METRICS_PORT: String(port) },
      waitUntilReady: false,
    });
    expect(await instance.exited).toBe(1);
    expect(instance.output()).toContain('METRICS_PORT is in use by another process');
  });
});

describe('what they tell', () => {
  it('how a payment went through two instances', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    await cluster.terminal('t1', { on: 1 });
    const stages = ['accepted', 'sent', 'received', 'result', 'pushed', 'receipted'];
    const counted = [
      ...stages.map((stage) => `gateway_payment_stages_total{stage="${stage}"}`),
      'gateway_payment_requests_total{result="accepted"}',
      'gateway_payments_total{outcome="approved"}',
      'gateway_payment_duration_seconds_count',
      'gateway_terminal_answer_duration_seconds_count',
      ...['accept', 'settle'].map((hop) => `gateway_payment_hop_duration_seconds_count{hop="${hop}"}`),
      ...['delivery', 'receipt'].flatMap((what) =>
        ['terminal', 'till'].map((who) => `gateway_${what}_duration_seconds_count{receiver="${who}"}`),
      ),
    ];
    const before = await Promise.all(counted.map(total));
    const { transactionId, ...payment } = request();
    pos.pay('TERM-001', { transactionId, ...payment });
    await pos.result(transactionId);
    await eventually(async () => {
      const after = await Promise.all(counted.map(total));
      expect(after.map((value, i) => value - before[i]!)).toEqual(counted.map(() => 1));
    });
    const { values } = await scrape(ports[1]!, BEARER);
    expect(values.get('gateway_connections{device_type="terminal"}')).toBe(1);
    expect(values.get('gateway_connected_groups')).toBe(1);
    expect(values.get('gateway_store_command_duration_seconds_count{call="script"}')).toBeGreaterThan(0);
  });

  it('that a payment was given up whose outcome nobody knows', async () => {
    const uncertain = 'gateway_payment_failures_total{error_code="TERMINAL_DISCONNECTED",retry_safe="false"}';
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('nameless', { on: 1, behaviour: 'silent' });
    const listed = await pos.terminals();
    const id = newId();
    const { connectionId } = listed.find(({ deviceId }) => deviceId === undefined);
    pos.pay(connectionId, request({ transactionId: id }));
    await terminal.next('payment');
    expect(await total(uncertain)).toBe(0);
    terminal.drop();
    expect(await pos.result(id)).toMatchObject({ status: 'FAILED', retrySafe: false });
    expect(await total(uncertain)).toBe(1);
    expect(await total('gateway_payments_total{outcome="failed"}')).toBe(1);
  });

  it('who came, who was refused, and why connections ended', async () => {
    const series = (name: string, reason: string) => `gateway_${name}_total{${reason}}`;
    const counted = [
      series('connects', 'device_type="desktop"'),
      series('disconnects', 'device_type="desktop",reason="displaced"'),
      series('disconnects', 'device_type="desktop",reason="client"'),
      series('disconnects', 'device_type="desktop",reason="lost"'),
      series('connects_refused', 'reason="unauthorized"'),
    ];
    const before = await Promise.all(counted.map(total));
    const [group] = GROUPS;
    const displaced = await cluster.pos(`pos-${group}`, { on: 0 });
    const leaving = await cluster.pos(`pos-${group}`, { on: 1 });
    await displaced.closed;
    await leaving.close();
    (await cluster.pos(`pos-${group}`, { on: 0 })).drop();
    expect((await refused(cluster.url(), 'no-such-key')).status).toBe(401);
    await eventually(async () => {
      const after = await Promise.all(counted.map(total));
      expect(after.map((value, i) => value - before[i]!)).toEqual([3, 1, 1, 1, 1]);
    });
  });

  it('how much lies in mailboxes', async () => {
    const pos = await cluster.pos('pos', { on: 0, socket: { autoPong: false } });
    await cluster.terminal('t1', { on: 1 });
    for (let i = 0; i < 3; i++) {
      const payment = request();
      pos.pay('TERM-001', payment);
      await pos.result(payment.transactionId);
    }
    const waiting = async () => {
      // Who answers no ping must say something else, or it is taken for dead.
      await pos.roundTrip();
      const { values } = await scrape(ports[1]!, BEARER);
      return ['gateway_mailboxes_waiting', 'gateway_mailbox_messages'].map((name) => values.get(name));
    };
    await eventually(async () => expect(await waiting()).toEqual([1, 3]));
  });

  it('what became of HTTP requests', async () => {
    const about = (area: string, status: string) =>
      `gateway_http_requests_total{area="${area}",status="${status}"}`;
    const counted = [
      about('terminals', '2xx'),
      about('terminals', '4xx'),
      about('transactions', '4xx'),
      about('documents', '2xx'),
      about('other', '4xx'),
      about('payments', 'aborted'),
    ];
    const before = await Promise.all(counted.map(total));
    const pos = cluster.api('pos');
    expect((await pos.get('/v1/terminals')).status).toBe(200);
    expect((await fetch(`${urlOf(0)}/v1/terminals?x-api-key=none`)).status).toBe(401);
    expect((await pos.get(`/v1/transactions/${newId()}`)).status).toBe(404);
    await fetch(`${urlOf(0)}/openapi.json`);
    await fetch(`${urlOf(0)}/no-such-thing`);
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const hangUp = new AbortController();
    const call = pos.call({
      ...{ method: 'POST', path: '/v1/terminals/TERM-001/payments', body: request() },
      signal: hangUp.signal,
    });
    const ended = expect(call).rejects.toThrow();
    await terminal.next('payment');
    hangUp.abort();
    await ended;
    await eventually(async () => {
      const after = await Promise.all(counted.map(total));
      expect(after.map((value, i) => value - before[i]!)).toEqual(counted.map(() => 1));
    });
    terminal.respond(terminal.ledger.entries[0]!.transactionId, 'SUCCESS');
    await terminal.next('paymentResponseAck');
  });

  it('the same series, however many tills, terminals and groups there are', async () => {
    const before = await scrape(ports[0]!);
    const tills = await Promise.all(GROUPS.map((group) => cluster.pos(`pos-${group}`, { on: 0 })));
    await Promise.all(GROUPS.map((group) => cluster.terminal(`t-${group}`, { on: 0 })));
    await Promise.all(
      tills.map(async (till, i) => {
        const payment = request();
        till.pay(`T-${GROUPS[i]!}`, payment);
        await till.result(payment.transactionId);
      }),
    );
    const after = await scrape(ports[0]!);
    expect(after.values.get('gateway_connected_groups')).toBeGreaterThanOrEqual(GROUPS.length);
    const own = ({ values }: typeof before) =>
      [...values.keys()].filter((name) => name.startsWith('gateway_'));
    // Not known before the first ten seconds are over.
    const late = 'gateway_event_loop_lag_seconds';
    expect(own(after).filter((name) => name !== late)).toEqual(own(before).filter((name) => name !== late));
    const ids = [...GROUPS, 'TERM-', 'pos-', 'shop', cluster.prefix];
    expect(ids.filter((id) => after.text.includes(id))).toEqual([]);
  });

  it('nothing that promtool finds fault with', async () => {
    const { text } = await scrape(ports[0]!);
    const { status, stdout, stderr } = spawnSync(ensurePromtool(), ['check', 'metrics'], {
      input: text,
      encoding: 'utf8',
    });
    expect([status, stdout, stderr]).toEqual([0, '', '']);
  });

  it('what became of webhooks', async () => {
    const shop = await WebhookShop.open({ env: { METRICS_TOKEN: TOKEN } });
    onTestFinished(() => shop.close());
    await shop.terminal();
    const receiver = await shop.receiver();
    await shop.endpoint(receiver);
    await receiver.next(await shop.pay());
    await eventually(async () => {
      const { values } = await scrape(shop.cluster.instances[0]!.url, BEARER);
      expect(values.get('gateway_webhook_deliveries_total{outcome="delivered"}')).toBe(1);
      expect(values.get('gateway_webhook_call_duration_seconds_count')).toBe(1);
      expect(values.get('gateway_webhook_queue_jobs{state="waiting"}')).toBe(0);
    });
  });
});

it('while the store is away, they tell what is known without it', async () => {
  const ask = () => scrape(urlOf(WITH_TOKEN), BEARER);
  const ofStore = [
    'gateway_mailboxes_waiting',
    'gateway_open_payments',
    'gateway_sweep_lag_seconds{set="due"}',
  ];
  const known = async () => {
    const { values } = await ask();
    return [values.get('gateway_store_up'), ...ofStore.map((name) => values.has(name))];
  };
  expect(await known()).toEqual([1, true, true, true]);
  proxy.refuse();
  await eventually(async () => expect(await known()).toEqual([0, false, false, false]));
  await eventually(async () => {
    const { values } = await ask();
    expect(values.get('gateway_lease_renewals_missed_total')).toBeGreaterThan(0);
    expect(values.get('gateway_connections{device_type="desktop"}')).toBe(0);
  });
  proxy.heal();
  await eventually(async () => expect(await known()).toEqual([1, true, true, true]), { timeoutMs: 15_000 });
});
