import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../../support/clients.js';
import { errorFrame, newId, request } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [posKey('pos'), posKey('pos-2'), terminalKey('t1', 'TERM-001'), terminalKey('t2', 'TERM-002')];

let cluster: Cluster;
let pos: PosClient;
let other: PosClient;
let terminal: TerminalClient;
let second: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS });
});
beforeEach(async () => {
  pos = await cluster.pos('pos', { on: 0 });
  other = await cluster.pos('pos-2', { on: 1 });
  terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  second = await cluster.terminal('t2', { on: 0, behaviour: 'silent' });
});
afterEach(async () => {
  // Every payment of a test is brought to its end, so that the next one finds the terminal free.
  for (const transactionId of new Set(terminal.ledger.entries.map((entry) => entry.transactionId))) {
    terminal.respond(transactionId, 'SUCCESS');
    await terminal.next('paymentResponseAck');
  }
  await Promise.all([pos, other, terminal, second].map((client) => client.close()));
});
afterAll(() => cluster.close());

/** A payment that the terminal has and does not answer yet. */
async function running(paymentRequest = request()) {
  pos.pay('TERM-001', paymentRequest);
  await terminal.next('payment');
  return paymentRequest;
}

async function finished(paymentRequest = request()) {
  const { transactionId } = await running(paymentRequest);
  terminal.respond(transactionId, 'SUCCESS', { authorizationCode: 'A-1' });
  return { paymentRequest, result: await pos.result(transactionId) };
}

describe('the same request again, while it runs', () => {
  it('changes nothing when the same POS sends it', async () => {
    const paymentRequest = await running();
    const { transactionId } = paymentRequest;
    pos.pay('TERM-001', paymentRequest);
    await pos.roundTrip();
    expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
    await pos.roundTrip();
    expect(pos.all('paymentComplete')).toHaveLength(1);
    expect(pos.all('error')).toEqual([]);
  });

  it('makes another POS of the group a further recipient of the one result', async () => {
    const paymentRequest = await running();
    const { transactionId } = paymentRequest;
    other.pay('TERM-001', paymentRequest);
    await other.roundTrip();
    terminal.respond(transactionId, 'FAILED', { errorCode: 'DECLINED' });
    const [mine, theirs] = await Promise.all([pos.result(transactionId), other.result(transactionId)]);
    expect(theirs).toEqual(mine);
    expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
  });

  it('may name the terminal by its connection', async () => {
    const paymentRequest = await running();
    const [{ connectionId }] = await pos.terminals();
    other.pay(connectionId as string, paymentRequest);
    await other.roundTrip();
    expect(other.all('error')).toEqual([]);
    terminal.respond(paymentRequest.transactionId, 'SUCCESS');
    await other.result(paymentRequest.transactionId);
  });

  it('sent many times at once from everywhere reaches the terminal once', async () => {
    const paymentRequest = request();
    const { transactionId } = paymentRequest;
    for (let i = 0; i < 20; i++) {
      for (const client of [pos, other]) client.pay('TERM-001', paymentRequest);
    }
    await Promise.all([terminal.next('payment'), pos.roundTrip(), other.roundTrip()]);
    terminal.respond(transactionId, 'SUCCESS');
    await Promise.all([pos.result(transactionId), other.result(transactionId)]);
    await terminal.roundTrip();
    expect(terminal.ledger.timesSeen(transactionId)).toBe(1);
    expect([...pos.all('error'), ...other.all('error')]).toEqual([]);
  });
});

describe('the same request again, when it is over', () => {
  it('brings the stored result again, with the same eventId, to whoever asks', async () => {
    const { paymentRequest, result } = await finished();
    for (const client of [pos, other]) {
      client.pay('TERM-001', paymentRequest);
      expect(await client.result(paymentRequest.transactionId)).toEqual(result);
    }
    expect(terminal.ledger.timesSeen(paymentRequest.transactionId)).toBe(1);
  });

  it('brings it again to a POS that has not confirmed the first', async () => {
    const { paymentRequest, result } = await finished();
    // It answers no protocol ping, so every push counts as under way for as long as it is connected.
    const deaf = await cluster.pos('pos-2', { on: 1, socket: { autoPong: false } });
    for (let i = 0; i < 2; i++) {
      deaf.pay('TERM-001', paymentRequest);
      expect(await deaf.result(paymentRequest.transactionId)).toEqual(result);
    }
  });

  it('brings it even when the terminal is busy or away', async () => {
    const { paymentRequest, result } = await finished();
    const { transactionId } = await running();
    pos.pay('TERM-001', paymentRequest);
    expect(await pos.result(paymentRequest.transactionId)).toEqual(result);
    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
    await terminal.close();
    pos.pay('TERM-001', paymentRequest);
    expect(await pos.result(paymentRequest.transactionId)).toEqual(result);
    terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  });
});

describe('what counts as the same', () => {
  let transactionId: string;
  let first: string;

  beforeEach(async () => {
    transactionId = newId();
    const [amount, metadata] = ['10.10', '{"a":1,"b":[1.0,"x"]}'];
    first = `{"transactionId":"${transactionId}","amount":${amount},"currency":"EUR","paymentMethod":"CARD","metadata":${metadata}}`;
    pos.send(frame('TERM-001', first));
    await terminal.next('payment');
  });

  it.each([
    ['another order of members', () => reversed(first)],
    ['white space', () => first.replaceAll(',', ' ,\n\t')],
    ['10.10 and 10.1, 1.0 and 1e0', () => first.replace('10.10', '10.1').replace('1.0', '1e0')],
    ['another way to write a string', () => first.replace('"x"', '"\\u0078"')],
  ])('%s', async (_what, again) => {
    other.send(frame('TERM-001', again()));
    await other.roundTrip();
    expect(other.all('error')).toEqual([]);
    expect(terminal.ledger.entries).toHaveLength(1);
  });

  it.each([
    ['an amount as a string', () => first.replace('10.10', '"10.10"')],
    ['another amount', () => first.replace('10.10', '10.11')],
    ['another element order', () => first.replace('[1.0,"x"]', '["x",1.0]')],
    ['one more member', () => first.replace('{"a"', '{"z":null,"a"')],
    ['another currency', () => first.replace('EUR', 'USD')],
  ])('but not %s', async (_what, changed) => {
    const refusal = { requestAction: 'payment', transactionId };
    const answer = await other.ask(frame('TERM-001', changed()));
    expect(answer).toEqual(errorFrame('DUPLICATE_TRANSACTION', refusal));
  });

  it('but not another terminal, there or not', async () => {
    const refusal = { requestAction: 'payment', transactionId };
    for (const terminalId of ['TERM-002', 'NO-SUCH-TERMINAL']) {
      const answer = await other.ask(frame(terminalId, first));
      expect(answer).toEqual(errorFrame('DUPLICATE_TRANSACTION', refusal));
    }
    expect(second.ledger.entries).toEqual([]);
  });
});

/** The same object with its members the other way round, numbers as they stand. */
function reversed(text: string): string {
  const inner = text.slice(1, -1).replace('{"a":1,"b":[1.0,"x"]}', '@');
  const members = inner.split(',').reverse().join(',');
  return `{${members.replace('@', '{"b":[1.0,"x"],"a":1}')}}`;
}

function frame(terminalId: string, requestText: string): string {
  return `{"action":"payment","terminalId":"${terminalId}","paymentRequest":${requestText}}`;
}
