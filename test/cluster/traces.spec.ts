// A payment's way over two instances, as a collector of traces sees it.
import { readdir, readFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { eventually } from '../support/eventually.js';
import { posKey, startCluster, terminalKey } from '../support/fixture.js';
import { newRequest, startPayment } from '../support/payments.js';
import { TraceCollector, type SeenSpan } from '../support/trace-collector.js';
import { WebhookShop } from '../support/webhook-shop.js';

const PAN = '4111111111111111';
const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];
/** The clients of these tests do not leave by themselves. */
const QUICK_STOP = { DRAIN_TIMEOUT_MS: '300' };
const PATH = '/v1/terminals/TERM-001/payments';

const names = (spans: SeenSpan[]) => spans.map(({ name }) => name).sort();
const instanceOf = (spans: SeenSpan[], name: string) => spans.find((span) => span.name === name)?.instance;

describe('two instances with a collector', () => {
  let collector: TraceCollector;
  let shop: WebhookShop;

  beforeAll(async () => {
    collector = await TraceCollector.start();
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_RESOURCE_ATTRIBUTES: 'deployment=test' };
    shop = await WebhookShop.open({ instances: 0, env });
    await shop.cluster.add({ INSTANCE_ID: 'gw-a' });
    await shop.cluster.add({ INSTANCE_ID: 'gw-b' });
    await shop.terminal(1);
  });

  afterAll(async () => {
    await shop?.close();
    collector?.stop();
  });

  const traced = (id: string, count: number) =>
    eventually(() => {
      const spans = collector.of(id);
      expect(names(spans)).toHaveLength(count);
      return spans;
    });

  function expectOneTrace(spans: SeenSpan[]): void {
    const [root, ...further] = spans.filter(({ parentSpanId }) => parentSpanId === undefined);
    expect(root?.name).toBe('payment');
    expect(further).toEqual([]);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    const parents = spans.filter((span) => span !== root).map(({ parentSpanId }) => parentSpanId);
    expect(new Set(parents)).toEqual(new Set([root!.spanId]));
    expect(spans.every(({ from, to }) => from <= to && to - from < 60_000)).toBe(true);
  }

  it('a payment over WebSocket is one trace', async () => {
    const pos = await shop.cluster.pos('pos', { on: 0 });
    const request = newRequest();
    pos.pay('TERM-001', request);
    await pos.result(request.transactionId);
    await pos.roundTrip();
    const spans = await traced(request.transactionId, 6);
    expect(names(spans)).toEqual(['accept', 'deliver', 'dispatch', 'payment', 'receive', 'settle']);
    expectOneTrace(spans);
    for (const name of ['accept', 'deliver']) expect(instanceOf(spans, name)).toBe('gw-a');
    for (const name of ['dispatch', 'receive', 'settle']) expect(instanceOf(spans, name)).toBe('gw-b');
    expect(spans.find(({ name }) => name === 'payment')?.attributes).toMatchObject({
      'gateway.groupId': 'shop',
      'gateway.outcome': 'approved',
      'gateway.cause': 'terminal',
    });
    expect([...collector.paths]).toEqual(['/v1/traces']);
    expect(collector.resources[0]).toMatchObject({ 'service.name': 'terminal-gateway', deployment: 'test' });
  });

  it('a payment over HTTP is one trace up to its webhook, linked to the trace of its caller', async () => {
    const receiver = await shop.receiver();
    await shop.endpoint(receiver);
    const request = newRequest({ webhookMode: true });
    const caller = '0af7651916cd43dd8448eb211c80319c';
    const answer = await shop.api().call({
      method: 'POST',
      path: PATH,
      body: request,
      headers: { traceparent: `00-${caller}-b7ad6b7169203331-01` },
    });
    expect(answer.status).toBe(202);
    await receiver.next(request.transactionId);
    const spans = await traced(request.transactionId, 6);
    expect(names(spans)).toEqual(['accept', 'dispatch', 'payment', 'receive', 'settle', 'webhook']);
    expectOneTrace(spans);
    expect(spans.find(({ name }) => name === 'accept')).toMatchObject({ instance: 'gw-a', links: [caller] });
    const webhook = spans.find(({ name }) => name === 'webhook')!;
    expect(webhook.attributes).toMatchObject({ 'gateway.status': 'delivered', 'gateway.statusCode': 204 });
    await shop.removeEndpoints();
  });

  it('the log carries the same trace id on both instances', async () => {
    const request = newRequest();
    await shop.api().post(PATH, request);
    const [span] = await traced(request.transactionId, 5);
    const told = shop.cluster.instances.map((instance) =>
      instance
        .output()
        .split('\n')
        .filter((line) => line.includes(span!.traceId))
        .map((line) => (JSON.parse(line) as { msg: string }).msg),
    );
    expect(told[0]).toEqual(['payment accepted']);
    expect(told[1]?.sort()).toEqual([
      'payment ended',
      'payment handed to the terminal',
      'payment read by the terminal',
    ]);
  });

  it('card data that a caller has put into names does not leave', async () => {
    const transactionId = `order ${PAN}`;
    await shop.api().post(PATH, newRequest({ transactionId }));
    await eventually(() => expect(collector.text).toContain('411111******1111'));
    expect(collector.text).not.toContain(PAN);
    for (const id of ['pos', 't1']) expect(collector.text).not.toContain(shop.cluster.key(id));
  });
});

it('a cancellation, a late approval and its void are in the trace of their payment', async () => {
  const collector = await TraceCollector.start();
  onTestFinished(() => collector.stop());
  const env = { ...QUICK_STOP, GRACE_PERIOD_MS: '100', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
  const cluster = await startCluster({ instances: 2, keys: KEYS, env });
  onTestFinished(() => cluster.close());
  const pos = await cluster.pos('pos', { on: 0 });
  const first = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  const spanOf = (transactionId: string, name: string) =>
    eventually(() => {
      const span = collector.of(transactionId).find((one) => one.name === name);
      expect(span, name).toBeDefined();
      return span!;
    });

  const cancelled = await startPayment(pos, first, 'TERM-001');
  pos.send({ action: 'cancelPayment', transactionId: cancelled });
  await first.next('cancelPayment');
  first.send({ action: 'cancelResponse', transactionId: cancelled, status: 'CANCELLED' });
  await pos.next('cancelResponse');
  expect(await spanOf(cancelled, 'cancel')).toMatchObject({ isError: false });

  const late = await startPayment(pos, first, 'TERM-001');
  first.drop();
  await pos.result(late);
  const second = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  second.respond(late, 'SUCCESS');
  await second.next('voidPayment');
  second.send({ action: 'voidResponse', transactionId: late, status: 'SUCCESS' });
  await pos.next('paymentVoided');
  expect(await spanOf(late, 'late')).toMatchObject({ isError: true });
  const attributes = { 'gateway.effect': 'voided', 'gateway.terminalId': 'TERM-001' };
  expect(await spanOf(late, 'void')).toMatchObject({ attributes, isError: false });
  expect(cluster.instances[1]!.output()).toContain('"msg":"payment voided"');
});

it('a part of the payments is traced, each of them whole', async () => {
  const collector = await TraceCollector.start();
  onTestFinished(() => collector.stop());
  const cluster = await startCluster({
    instances: 2,
    keys: KEYS,
    env: {
      ...QUICK_STOP,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.5',
    },
  });
  onTestFinished(() => cluster.close());
  await cluster.terminal('t1', { on: 1 });
  const pos = await cluster.pos('pos', { on: 0 });
  const ids = Array.from({ length: 12 }, (_, i) => `sampled-${i}`);
  for (const transactionId of ids) {
    pos.pay('TERM-001', newRequest({ transactionId }));
    await pos.result(transactionId);
  }
  await Promise.all(cluster.instances.map((instance) => instance.stop()));
  const counts = ids.map((id) => collector.of(id).length);
  expect(new Set(counts)).toEqual(new Set([0, 6]));
});

it('a collector that hangs and then is gone: payments go on, and a stop is not held up', async () => {
  const collector = await TraceCollector.start();
  onTestFinished(() => collector.stop());
  collector.answers = false;
  const cluster = await startCluster({
    keys: KEYS,
    env: { ...QUICK_STOP, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_EXPORTER_OTLP_TIMEOUT: '300' },
  });
  onTestFinished(() => cluster.close());
  await cluster.terminal('t1');
  const pos = await cluster.pos('pos');
  const pay = async () => {
    const request = newRequest();
    pos.pay('TERM-001', request);
    await pos.result(request.transactionId);
  };
  await pay();
  await eventually(() => expect(cluster.logs()).toContain('traces can not be sent'), { timeoutMs: 20_000 });
  collector.stop();
  for (let i = 0; i < 5; i++) await pay();
  expect(await cluster.instances[0]!.stop()).toBe(0);
  expect(cluster.logs().match(/traces can not be sent/g)).toHaveLength(1);
  expect(cluster.logs()).not.toMatch(/"level":[56]0/);
});

// Its interfaces are no weight: another package brings them.
it.each([false, true])('OpenTelemetry is loaded only with a collector (%s)', async (isWanted) => {
  const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-loaded-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  // Node notes there, when it ends, every file that it has run.
  const env = {
    NODE_V8_COVERAGE: folder,
    ...(isWanted && { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' }),
  };
  const cluster = await startCluster({ keys: KEYS, env });
  onTestFinished(() => cluster.close());
  await cluster.instances[0]!.stop();
  const texts = await Promise.all(
    (await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')),
  );
  expect(texts.join('')).toContain('/dist/main.js');
  expect(/"url":"[^"]*@opentelemetry\/(?!api\/)/.test(texts.join(''))).toBe(isWanted);
});
