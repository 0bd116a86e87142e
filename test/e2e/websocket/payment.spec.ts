import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame, PosClient, TerminalClient } from '../../support/clients.js';
import { newId, OPAQUE, request, TIME, UUID_V7 } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [
  posKey('pos'),
  posKey('cafe-pos', 'cafe'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('nameless'),
  terminalKey('cafe-terminal', 'TERM-001', 'cafe'),
];

let cluster: Cluster;
let pos: PosClient;
let terminal: TerminalClient;
let nameless: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS });
  pos = await cluster.pos('pos', { on: 0 });
  terminal = await cluster.terminal('t1', { on: 1 });
  nameless = await cluster.terminal('nameless', { on: 1 });
});
afterAll(() => cluster.close());

/** Sends a payment as the text that is given, and answers with the frame the terminal got and the result, as texts. */
async function exchange(requestText: string): Promise<{ payment: string; result: string }> {
  const { transactionId } = JSON.parse(requestText) as { transactionId: string };
  pos.send(`{"action":"payment","terminalId":"TERM-001","paymentRequest":${requestText}}`);
  const result = pos.textOf(await pos.result(transactionId));
  return { payment: terminal.ledger.entries.at(-1)!.text, result };
}

describe('what the terminal is given', () => {
  it('is exactly the payment frame, and the POS gets no reply but the result', async () => {
    const paymentRequest = request({
      products: [{ sku: 'A' }],
      customerInfo: { name: 'Ö' },
      metadata: { till: 4 },
    });
    const { transactionId } = paymentRequest;
    pos.pay('TERM-001', paymentRequest);
    const payment = await terminal.next('payment');
    const head = { action: 'payment', terminalId: 'TERM-001', transactionId };
    expect(payment).toEqual({ ...head, paymentRequest, timestamp: TIME, groupId: 'shop', version: 'v1' });
    await pos.result(transactionId);
    const about = pos.frames.filter((frame) => frame.transactionId === transactionId);
    expect(about.map(({ action }) => action)).toEqual(['paymentComplete']);
  });

  it('has an id from the server when the POS sends none', async () => {
    const { transactionId: _, ...anonymous } = request();
    pos.pay('TERM-001', anonymous);
    const result = await pos.next('paymentComplete');
    expect(result.transactionId).toEqual(UUID_V7);
    const { frame } = terminal.ledger.entries.at(-1)!;
    expect(frame.transactionId).toBe(result.transactionId);
    expect(frame.paymentRequest).toEqual({ ...anonymous, transactionId: result.transactionId as string });
  });

  it('has every member of the request that nobody knows, and none from outside of it', async () => {
    const paymentRequest = request({ tip: { percent: 5 }, null: null, table: 12 });
    pos.send({ action: 'payment', terminalId: 'TERM-001', paymentRequest, operator: 'eve' });
    await pos.result(paymentRequest.transactionId);
    const { frame } = terminal.ledger.entries.at(-1)!;
    expect(frame.paymentRequest).toEqual(paymentRequest);
    expect(frame).not.toHaveProperty('operator');
  });
});

describe('amounts', () => {
  it.each(['"10.10"', '"0.0001"', '"999999999999999.9999"', '"0010.50"'])(
    'keep their text as the string %s',
    async (amount) => {
      const { payment, result } = await exchange(requestText(amount));
      expect(payment).toContain(`"amount":${amount}`);
      expect(result).toContain(`"amount":${amount}`);
    },
  );

  it.each([
    ['99999999999999.99', /"amount":99999999999999\.99[,}]/],
    ['999999999999999.9999', /"amount":999999999999999\.9999[,}]/],
    ['10.10', /"amount":10\.10?[,}]/],
    ['0.1', /"amount":0\.10?[,}]/],
    ['1e3', /"amount":(1e3|1000)[,}]/],
  ])('keep their value as the number %s', async (amount, exact) => {
    const { payment, result } = await exchange(requestText(amount));
    expect(payment).toMatch(exact);
    expect(result).toMatch(exact);
  });

  it('inside products pass through byte for byte, however large', async () => {
    const products =
      '[{"sku":123456789012345678901234567890,"price":1.10,"rate":1e400},{"":"\\ud83d\\u0000 \\"]}"}]';
    const text = `{"transactionId":"${newId()}","amount":"1.00","currency":"EUR","paymentMethod":"CARD","products":${products}}`;
    const { payment } = await exchange(text);
    expect(payment).toContain(`"products":${products}`);
  });
});

describe('paymentComplete', () => {
  it.each([
    ['SUCCESS', { authorizationCode: 'A-77' }, undefined],
    ['FAILED', { errorCode: 'DECLINED', errorMessage: 'No' }, false],
    ['CANCELLED', { errorCode: 'CUSTOMER' }, false],
  ])(
    'of %s has exactly these fields, what the terminal left out filled in',
    async (status, answer, retrySafe) => {
      const paymentRequest = request({ amount: '12.50', metadata: { order: 'O-1' } });
      const { transactionId, ...echoed } = paymentRequest;
      terminal.behaviour = () => terminal.respond(transactionId, status, answer);
      pos.pay('TERM-001', paymentRequest);
      const paymentResponse = { transactionId, status, ...answer, ...echoed };
      expect(await pos.result(transactionId)).toEqual({
        ...{ action: 'paymentComplete', transactionId, terminalId: 'TERM-001', status, paymentResponse },
        ...(retrySafe !== undefined && { retrySafe }),
        ...{ timestamp: TIME, groupId: 'shop', version: 'v1' },
        ...{ eventId: OPAQUE, transactionVersion: expect.any(Number) as number },
      });
    },
  );

  it('keeps what the terminal says itself, and members that nobody knows', async () => {
    const paymentRequest = request({ metadata: { order: 'O-2' } });
    const { transactionId } = paymentRequest;
    const own = { amount: '9.99', currency: 'USD', paymentMethod: 'MOBILE', metadata: { batch: 7 } };
    const receiptData = { lines: ['x'.repeat(60_000)] };
    const more = { receiptData, timestamp: '2026-01-15T10:30:00.000Z', scheme: { name: 'VISA' } };
    terminal.behaviour = () => terminal.respond(transactionId, 'SUCCESS', { ...own, ...more });
    pos.pay('TERM-001', paymentRequest);
    const { paymentResponse } = await pos.result(transactionId);
    expect(paymentResponse).toEqual({ transactionId, status: 'SUCCESS', ...own, ...more });
  });

  it('has an eventId of its own for each payment', async () => {
    terminal.behaviour = 'approve';
    const ids = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const paymentRequest = request();
      pos.pay('TERM-001', paymentRequest);
      ids.add((await pos.result(paymentRequest.transactionId)).eventId as string);
    }
    expect(ids.size).toBe(3);
  });
});

describe('a terminal', () => {
  it('without a device id is addressed and named by its connection', async () => {
    const { connectionId } = (await pos.terminals()).find((t: Frame) => t.deviceId === undefined);
    const paymentRequest = request();
    pos.pay(connectionId as string, paymentRequest);
    const result = await pos.result(paymentRequest.transactionId);
    expect(result).toMatchObject({ status: 'SUCCESS', terminalId: connectionId as string });
    expect(nameless.ledger.entries.at(-1)!.frame.terminalId).toBe(connectionId);
  });

  it('with a device id can be addressed by its connection too, and keeps its name', async () => {
    const { connectionId } = (await pos.terminals()).find((t: Frame) => t.deviceId === 'TERM-001');
    const paymentRequest = request();
    pos.pay(connectionId as string, paymentRequest);
    const result = await pos.result(paymentRequest.transactionId);
    expect(result).toMatchObject({ status: 'SUCCESS', terminalId: 'TERM-001' });
  });

  it('of another group is never reached, whatever device and transaction are called', async () => {
    const cafe = await cluster.pos('cafe-pos', { on: 0 });
    const cafeTerminal = await cluster.terminal('cafe-terminal', { on: 1 });
    const paymentRequest = request();
    pos.pay('TERM-001', paymentRequest);
    cafe.pay('TERM-001', { ...paymentRequest, amount: '77.00' });
    const [mine, theirs] = await Promise.all(
      [pos, cafe].map((client) => client.result(paymentRequest.transactionId)),
    );
    expect(mine).toMatchObject({ groupId: 'shop', paymentResponse: { amount: '10.00' } });
    expect(theirs).toMatchObject({ groupId: 'cafe', paymentResponse: { amount: '77.00' } });
    expect(cafeTerminal.ledger.entries).toHaveLength(1);
    const foreign = await cafe.ask({ action: 'getTransaction', transactionId: newId() });
    expect(foreign).toMatchObject({ code: 'TRANSACTION_NOT_FOUND' });
  });
});

function requestText(amount: string): string {
  return `{"transactionId":"${newId()}","amount":${amount},"currency":"EUR","paymentMethod":"CARD"}`;
}
