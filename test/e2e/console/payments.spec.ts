import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { LiveStream } from '../../support/live-stream.js';
import { Operator } from '../../support/operator.js';
import { newRequest } from '../../support/payments.js';

const CARD = '4111111111111111';
const MASKED = '411111******1111';

let cluster: Cluster;
let alice: Operator;
let pos: PosClient;

beforeAll(async () => {
  cluster = await startCluster({
    instances: 2,
    env: { TRUSTED_PROXIES: '127.0.0.1', GRACE_PERIOD_MS: '300' },
    keys: [
      adminKey('alice'),
      posKey('pos'),
      posKey('mall-pos', 'mall'),
      terminalKey('t1', 'TERM-001'),
      terminalKey('t2', 'TERM-002'),
      terminalKey('m1', 'TERM-001', 'mall'),
    ],
  });
  alice = await Operator.of(cluster, 'alice');
  pos = await cluster.pos('pos');
});
afterAll(() => cluster.close());

const path = (id: string, group = 'shop') =>
  `/payments/${encodeURIComponent(group)}/${encodeURIComponent(id)}`;
const detail = async (id: string, group?: string) => (await alice.get(path(id, group))).body as any;
const list = async (query: string) => (await alice.get(`/payments?${query}`)).body as any;
const ids = (page: any) => page.payments.map(({ transactionId }: any) => transactionId as string);

/** A payment that is final. @returns its id */
async function paid(extra: object = {}, terminalId = 'TERM-001', till = pos): Promise<string> {
  const request = newRequest(extra);
  till.pay(terminalId, request);
  await till.result(request.transactionId);
  return request.transactionId;
}

/** A payment whose terminal dropped in mid-payment and did not come back in time. */
async function givenUp(): Promise<string> {
  const terminal = await cluster.terminal('t2', { behaviour: 'silent' });
  const request = newRequest();
  pos.pay('TERM-002', request);
  await terminal.next('payment');
  await terminal.roundTrip();
  terminal.drop();
  await pos.result(request.transactionId, 15_000);
  return request.transactionId;
}

describe('the feed', () => {
  it('begins with the latest payments and tells every change', async () => {
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const live = await LiveStream.open(alice);
    await live.complete();
    const request = newRequest({ amount: '0010.10' });
    pos.pay('TERM-001', request);
    const { transactionId } = request;
    await eventually(() => expect(live.payment(transactionId)).toMatchObject({ delivery: 'received' }));
    expect(live.payment(transactionId)).toEqual({
      groupId: 'shop',
      transactionId,
      status: 'PENDING',
      version: expect.any(Number),
      delivery: 'received',
      terminalId: 'TERM-001',
      amount: '0010.10',
      currency: 'EUR',
      paymentMethod: 'CARD',
      createdAt: expect.any(Number),
      updatedAt: expect.any(Number),
    });
    terminal.respond(transactionId, 'FAILED', { errorCode: `DECLINED ${CARD}` });
    await eventually(() =>
      expect(live.payment(transactionId)).toMatchObject({
        status: 'FAILED',
        errorCode: `DECLINED ${MASKED}`,
        retrySafe: false,
        completedAt: expect.any(Number),
      }),
    );
    const later = await LiveStream.open(alice);
    await eventually(() => expect(later.payment(transactionId)).toEqual(live.payment(transactionId)));
    terminal.drop();
  });

  it('tells of payments of every group', async () => {
    const live = await LiveStream.open(alice);
    await live.complete();
    const terminal = await cluster.terminal('m1', { on: 1 });
    const id = await paid({}, 'TERM-001', await cluster.pos('mall-pos'));
    await eventually(() => expect(live.payment(id, 'mall')).toMatchObject({ status: 'COMPLETED' }));
    terminal.drop();
  });
});

describe('one payment', () => {
  it('is told with every hop of its way, across instances', async () => {
    const terminal = await cluster.terminal('t1', { on: 1 });
    const id = await paid({ metadata: { order: 7 } });
    const complete = 'accepted claimed sent received result pushed receipted'.split(' ');
    const told = await eventually(async () => {
      const found = await detail(id);
      expect(found.timeline.map(({ event }: any) => event).sort()).toEqual([...complete].sort());
      return found;
    });
    const at = (event: string) => told.timeline.find((step: any) => step.event === event);
    expect(at('accepted').instance).not.toBe(at('claimed').instance);
    expect(at('pushed').instance).toBe(at('accepted').instance);
    const times = told.timeline.map((step: any) => step.at as number);
    expect(times).toEqual([...times].sort((a: number, b: number) => a - b));
    expect(at('result').at).toBe(told.completedAt);
    expect(JSON.parse(told.request)).toMatchObject({ transactionId: id, metadata: { order: 7 } });
    expect(JSON.parse(told.response)).toMatchObject({ status: 'SUCCESS', authorizationCode: 'A-1' });
    expect(told).toMatchObject({ status: 'COMPLETED', recipients: ['pos'] });
    expect(told.attention).toBeUndefined();
    terminal.drop();
  });

  it('shows no card data that a till or a terminal has put into it', async () => {
    const terminal = await cluster.terminal('t1', {
      behaviour: ({ transactionId }, device) =>
        device.respond(transactionId as string, 'SUCCESS', {
          receiptData: `CARD ${CARD}\n;${CARD}=25121010000000000123?`,
          metadata: { card: Number(CARD), cvv: '987' },
        }),
    });
    const id = await paid({ amount: 1234.5, metadata: { note: `card ${CARD}`, track2: 'x' } });
    const { text } = await alice.get(path(id));
    expect(text).not.toMatch(/4111111111111111|987|25121010/);
    const { request, response, amount } = JSON.parse(text);
    expect(JSON.parse(request).metadata).toEqual({ note: `card ${MASKED}`, track2: '***' });
    expect(JSON.parse(response).metadata).toEqual({ card: MASKED, cvv: '***' });
    expect(amount).toBe('1234.5');
    terminal.drop();
  });

  it('is found whatever its id looks like, and not by another group', async () => {
    const terminal = await cluster.terminal('t1');
    const transactionId = `a/b c%2F?#"\\é ${Date.now()}`;
    await paid({ transactionId });
    expect(await detail(transactionId)).toMatchObject({ transactionId, status: 'COMPLETED' });
    expect(await alice.get(path(transactionId, 'mall'))).toMatchObject({ status: 404 });
    terminal.drop();
  });
});

describe('the list', () => {
  it('is read page by page, latest change first, over all groups, none twice and none left out', async () => {
    const terminals = [await cluster.terminal('t1'), await cluster.terminal('m1')];
    const mall = await cluster.pos('mall-pos');
    const made: string[] = [];
    for (let i = 0; i < 12; i++) {
      made.push(i % 3 === 0 ? await paid({}, 'TERM-001', mall) : await paid());
    }
    const seen: string[] = [];
    for (let before: string | undefined; seen.length < made.length;) {
      const page: any = await list(`limit=5${before ? `&before=${before}` : ''}`);
      expect(page.payments).toHaveLength(5);
      seen.push(...ids(page));
      before = page.next;
      expect(before).toBeDefined();
    }
    expect(seen.slice(0, made.length)).toEqual([...made].reverse());
    terminals.forEach((terminal) => terminal.drop());
  });

  it('ends', async () => {
    let before: string | undefined;
    let pages = 0;
    do {
      const page = await list(`limit=200${before ? `&before=${before}` : ''}`);
      before = page.next;
      pages += 1;
    } while (before !== undefined && pages < 20);
    expect(before).toBeUndefined();
  });

  it('shows what is wanted', async () => {
    const terminal = await cluster.terminal('t1', { behaviour: 'decline' });
    const failed = await paid();
    terminal.behaviour = 'approve';
    const completed = await paid();
    expect(ids(await list('group=shop&status=FAILED'))).toContain(failed);
    expect(ids(await list('group=shop&status=FAILED'))).not.toContain(completed);
    expect(ids(await list('terminal=TERM-001'))).toContain(completed);
    expect(ids(await list('terminal=TERM-002'))).not.toContain(completed);
    expect(ids(await list('group=mall'))).not.toContain(completed);
    expect(ids(await list(`transaction=${completed}`))).toEqual([completed]);
    expect(ids(await list(`transaction=${completed}&group=shop`))).toEqual([completed]);
    expect(ids(await list(`transaction=${completed}&group=mall`))).toEqual([]);
    expect(ids(await list('transaction=nobody'))).toEqual([]);
    terminal.drop();
  });

  it.each(['limit=0', 'limit=201', 'status=OPEN', 'attention=yes', 'before=x', 'group=', 'group=a&group=b'])(
    'refuses %s',
    async (query) => {
      const { status, body } = await alice.get(`/payments?${query}`);
      expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );
});

describe('a payment that nobody is certain of', () => {
  it('is shown until somebody says what became of it, and to everybody who watches', async () => {
    const id = await givenUp();
    const live = await LiveStream.open(alice);
    await live.complete();
    expect(live.payment(id)).toMatchObject({ status: 'FAILED', attention: 'uncertain' });
    expect(ids(await list('attention=1'))).toContain(id);

    const version = live.payment(id).version;
    const answer = await alice.post(`${path(id)}/resolution`, { outcome: 'charged', note: `card ${CARD}` });
    expect(answer.status).toBe(200);
    const resolution = { outcome: 'charged', note: `card ${MASKED}`, by: 'alice', at: expect.any(Number) };
    expect(answer.body).toMatchObject({ isResolved: true, version, resolution });
    expect(ids(await list('attention=1'))).not.toContain(id);
    await eventually(() => expect(live.payment(id)).toMatchObject({ isResolved: true, version }));

    const { body } = await alice.get('/audit');
    expect((body as any).acts[0]).toMatchObject({
      action: 'payment.resolved',
      actor: { kind: 'admin', id: 'alice' },
      subject: id,
      groupId: 'shop',
    });
    const told = await pos.ask({ action: 'getTransaction', transactionId: id }, 'transactionResponse');
    expect(told.transaction.resolution).toBeUndefined();
  });

  it('can not be resolved if all is certain, or with nonsense', async () => {
    const terminal = await cluster.terminal('t1');
    const id = await paid();
    const say = async (body: object, of = id) => {
      const { status, body: told } = await alice.post(`${path(of)}/resolution`, body);
      return [status, told['code']];
    };
    const said = { outcome: 'other', note: '' };
    expect(await say(said)).toEqual([409, 'NOTHING_TO_RESOLVE']);
    expect(await say(said, 'nobody')).toEqual([404, 'TRANSACTION_NOT_FOUND']);
    expect(await say({ ...said, outcome: 'lost' })).toEqual([400, 'VALIDATION_FAILED']);
    expect(await say({ ...said, note: 'x'.repeat(501) })).toEqual([400, 'VALIDATION_FAILED']);
    terminal.drop();
  });
});

it('is for nobody who has not signed in', async () => {
  const stranger = new Operator(alice.url);
  for (const call of ['/live', '/payments', path('x'), '/health/history']) {
    expect((await stranger.get(call)).status, call).toBe(401);
  }
  expect((await stranger.post(`${path('x')}/resolution`)).status).toBe(401);
  expect((await stranger.post('/floor/activity')).status).toBe(401);
});
