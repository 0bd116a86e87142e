import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PosClient, TerminalClient } from '../../support/clients.js';
import { eventually } from '../../support/eventually.js';
import { errorFrame, newId, request, TIME, UUID_V7 } from '../../support/expected.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';

const KEYS = [
  posKey('pos'),
  posKey('cafe-pos', 'cafe'),
  terminalKey('t1', 'TERM-001'),
  terminalKey('t2', 'TERM-002'),
  terminalKey('never-here', 'TERM-009'),
  terminalKey('cafe-terminal', 'CAFE-001', 'cafe'),
];
const NOWHERE = 'NO-SUCH-TERMINAL';
const OF_PAYMENT = { requestAction: 'payment' };

let cluster: Cluster;
let pos: PosClient;
let terminal: TerminalClient;

beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS, env: { GRACE_PERIOD_MS: '60000' } });
  pos = await cluster.pos('pos', { on: 0 });
  terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
  await cluster.terminal('cafe-terminal', { on: 1 });
});
afterAll(() => cluster.close());

const pay = (frame: object) => pos.ask({ action: 'payment', ...frame });

describe('a frame is checked in this order', () => {
  it('1. JSON, one object in a text frame', async () => {
    const notOne = [
      '',
      ' ',
      'hello',
      '{',
      '{"action":"ping"',
      '[]',
      '[{"action":"ping"}]',
      '1',
      '"ping"',
      'null',
    ];
    for (const text of [...notOne, 'true', "{'action':'ping'}", '{"action":"ping"}{}', '\ufeff{}']) {
      expect(await pos.ask(text), text).toEqual(errorFrame('INVALID_JSON'));
    }
    expect(await pos.ask(Buffer.from('{"action":"ping"}'))).toEqual(errorFrame('INVALID_JSON'));
  });

  it('1. also for text that is not UTF-8, and for endless nesting', async () => {
    const broken = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xc3, 0x28, 0x22, 0x7d]);
    const answer = pos.next('error');
    pos.socket.send(broken, { binary: false });
    expect(await answer).toEqual(errorFrame('INVALID_JSON'));
    const nested = `{"action":"ping","a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    expect(await pos.ask(nested)).toEqual(errorFrame('INVALID_JSON'));
  });

  it('2. action, there and known', async () => {
    for (const frame of [{}, { action: '' }, { action: null }, { action: 7 }, { action: ['ping'] }]) {
      expect(await pos.ask(frame)).toEqual(errorFrame('ACTION_REQUIRED'));
    }
    const answer = await pos.ask({ action: 'fly', terminalId: 1 });
    expect(answer).toMatchObject({
      message: 'Unknown action: fly',
      code: 'UNKNOWN_ACTION',
      error: 'Bad Request',
    });
    const long = await pos.ask({ action: `\u0000\u0007\ud800é${'x'.repeat(500)}` });
    expect(long.message).toBe(`Unknown action: ${'x'.repeat(64)}`);
  });

  it('2. names of the language are no actions', async () => {
    for (const action of ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'PING', 'ping ']) {
      expect(await pos.ask({ action })).toMatchObject({ code: 'UNKNOWN_ACTION' });
    }
  });

  it('3. device type, before anything else in the frame', async () => {
    const asked = await terminal.ask({ action: 'getTerminals', includeOffline: 'no boolean' });
    expect(asked).toEqual(errorFrame('LIST_DESKTOP_ONLY', { requestAction: 'getTerminals' }));
    expect(await terminal.ask({ action: 'payment' })).toEqual(errorFrame('PAY_DESKTOP_ONLY', OF_PAYMENT));
    for (const action of ['paymentResponse', 'paymentComplete']) {
      expect(await pos.ask({ action })).toEqual(errorFrame('TERMINAL_ONLY', { requestAction: action }));
    }
  });

  it('4. terminalId, before paymentRequest', async () => {
    for (const frame of [{}, { terminalId: '' }, { terminalId: null, paymentRequest: { amount: -1 } }]) {
      expect(await pay(frame)).toEqual(errorFrame('TERMINAL_ID_REQUIRED', OF_PAYMENT));
    }
    const notText = await pay({ terminalId: 5 });
    expect(notText).toMatchObject({ code: 'VALIDATION_FAILED', message: 'terminalId must be a string' });
  });

  it('5. paymentRequest, before the terminal is looked for', async () => {
    for (const frame of [{}, { paymentRequest: null }]) {
      expect(await pay({ terminalId: NOWHERE, ...frame })).toEqual(
        errorFrame('PAYMENT_REQUEST_REQUIRED', OF_PAYMENT),
      );
    }
  });

  it('6. all of its fields at once, the first offending one in the message', async () => {
    const paymentRequest = {
      transactionId: '',
      amount: '0',
      currency: 'eur',
      paymentMethod: 'GOLD',
      products: {},
    };
    const answer = await pay({ terminalId: NOWHERE, paymentRequest });
    const fields = ['transactionId', 'amount', 'currency', 'paymentMethod', 'products'];
    const details = fields.map((name) => problemOf(`paymentRequest.${name}`));
    const head = { action: 'error', error: 'Bad Request', code: 'VALIDATION_FAILED', ...OF_PAYMENT };
    const message = (answer.details as { message: string }[])[0]!.message;
    expect(answer).toEqual({ ...head, message, details, timestamp: TIME });
    const amountOnly = await pay({ terminalId: NOWHERE, paymentRequest: request({ amount: undefined }) });
    expect(amountOnly.message).toMatch(/^paymentRequest\.amount must be /);
    expect(amountOnly.details).toEqual([problemOf('paymentRequest.amount')]);
  });

  it('7. the id, before the terminal is looked for', async () => {
    const paymentRequest = request();
    pos.pay('TERM-001', paymentRequest);
    await handedOver(paymentRequest.transactionId);
    const other = { ...paymentRequest, amount: '10.01' };
    const { transactionId } = paymentRequest;
    const duplicate = errorFrame('DUPLICATE_TRANSACTION', { ...OF_PAYMENT, transactionId });
    for (const terminalId of [NOWHERE, 'TERM-009', 'TERM-001']) {
      expect(await pay({ terminalId, paymentRequest: other })).toEqual(duplicate);
    }
    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
  });

  it('8. the terminal exists, in the own group', async () => {
    const cafe = await cluster.pos('cafe-pos');
    const [foreign] = await cafe.terminals();
    const transactionId = newId();
    const unsent = { ...OF_PAYMENT, transactionId, retrySafe: true };
    const paymentRequest = request({ transactionId });
    // A device id of another group is as unknown as any; a connection of another group is known to be foreign.
    for (const terminalId of [NOWHERE, 'CAFE-001', 'never-here']) {
      const answer = await pay({ terminalId, paymentRequest });
      expect(answer).toEqual(errorFrame('TERMINAL_NOT_FOUND', unsent));
    }
    const answer = await pay({ terminalId: foreign.connectionId as string, paymentRequest });
    expect(answer).toEqual(errorFrame('GROUP_MISMATCH', unsent));
  });

  it('9. the terminal is reachable, before it is asked whether it is free', async () => {
    const unsent = { ...OF_PAYMENT, transactionId: expect.any(String) as string, retrySafe: true };
    const never = await pay({ terminalId: 'TERM-009', paymentRequest: request() });
    expect(never).toEqual(errorFrame('TERMINAL_OFFLINE', unsent));

    const second = await cluster.terminal('t2', { on: 1, behaviour: 'silent' });
    pos.pay('TERM-002', request());
    await second.next('payment');
    second.drop();
    await eventually(async () => expect(await statusOf('TERM-002')).toBe('reconnecting'));
    const away = await pay({ terminalId: 'TERM-002', paymentRequest: request() });
    expect(away).toEqual(errorFrame('TERMINAL_OFFLINE', unsent));
  });

  it('10. the terminal is free', async () => {
    const { transactionId, ...first } = request();
    pos.pay('TERM-001', { transactionId, ...first });
    await handedOver(transactionId);
    const others = { ...OF_PAYMENT, transactionId: expect.any(String) as string, retrySafe: true };
    const busy = await pay({ terminalId: 'TERM-001', paymentRequest: request() });
    expect(busy).toEqual(errorFrame('PAYMENT_IN_PROGRESS', others));
    // The server's own id is known to the client from here on.
    const nameless = await pay({ terminalId: 'TERM-001', paymentRequest: first });
    expect(nameless).toEqual(errorFrame('PAYMENT_IN_PROGRESS', { ...others, transactionId: UUID_V7 }));

    terminal.respond(transactionId, 'PENDING');
    await terminal.next('paymentResponseAck');
    const still = await pay({ terminalId: 'TERM-001', paymentRequest: request() });
    expect(still).toEqual(errorFrame('PAYMENT_IN_PROGRESS', others));

    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
    const next = request();
    pos.pay('TERM-001', next);
    await handedOver(next.transactionId);
    terminal.respond(next.transactionId, 'SUCCESS');
    await pos.result(next.transactionId);
  });
});

it('keeps the connection through all of it', async () => {
  await Promise.all([pos.roundTrip(), terminal.roundTrip()]);
  expect(pos.isOpen && terminal.isOpen).toBe(true);
});

/** A detail about a field: its path, and a message that begins with it. */
function problemOf(field: string): object {
  return {
    field,
    message: expect.stringMatching(new RegExp(`^${field.replaceAll('.', '\\.')} must be `)) as string,
  };
}

async function handedOver(transactionId: string): Promise<void> {
  await terminal.next((frame) => frame.action === 'payment' && frame.transactionId === transactionId);
}

async function statusOf(terminalId: string): Promise<string> {
  const list = await pos.terminals({ includeOffline: true });
  return list.find((entry) => entry.terminalId === terminalId)?.status as string;
}
