import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import type { FinalResponse, PaymentResult, PosOptions } from '../src/index.js';
import { order, TERMINAL_ID, useShop } from './shop.js';

const shop = useShop();

/** A terminal that waits for the test to decide. */
function patientTerminal() {
  const asked: string[] = [];
  let decide!: (response: FinalResponse) => void;
  const decision = new Promise<FinalResponse>((resolve) => (decide = resolve));
  const terminal = shop().terminal({
    onPayment: ({ transactionId }) => {
      asked.push(transactionId);
      return decision;
    },
  });
  return { terminal, asked, decide };
}

/** A payment under an id of the caller. */
function fixed() {
  const { terminalId, paymentRequest } = order();
  return { terminalId, paymentRequest: { ...paymentRequest, transactionId: crypto.randomUUID() } };
}

describe('pay', () => {
  it('connects by itself and gives the outcome', async () => {
    await shop().terminal().connect();
    const pos = shop().pos();
    const events: PaymentResult[] = [];
    pos.on('result', (result) => void events.push(result));
    const result = await pos.pay(order('12.34'));
    expect(result).toMatchObject({
      status: 'SUCCESS',
      terminalId: TERMINAL_ID,
      retrySafe: false,
      recovered: false,
      late: false,
      paymentResponse: { amount: '12.34', authorizationCode: 'A-1' },
    });
    expect(result.transactionId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(events).toEqual([result]);
  });

  it('gives a decline as an outcome', async () => {
    await shop()
      .terminal({ onPayment: () => ({ status: 'FAILED', errorCode: 'DECLINED' }) })
      .connect();
    const { status, retrySafe, paymentResponse } = await shop().pos().pay(order());
    expect({ status, retrySafe, code: paymentResponse.errorCode }).toEqual({
      status: 'FAILED',
      retrySafe: false,
      code: 'DECLINED',
    });
  });

  it('survives a lost connection without a second dispatch', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    const paying = pos.pay(order());
    await eventually(() => asked.length === 1);
    shop().tillLine.cut();
    decide({ status: 'SUCCESS' });
    expect(await paying).toMatchObject({ status: 'SUCCESS' });
    expect(asked).toHaveLength(1);
  });

  it('asks when the connection comes only later', async () => {
    await shop().terminal().connect();
    shop().tillLine.refuse();
    const pos = shop().pos();
    const failures: Error[] = [];
    pos.on('error', (error) => void failures.push(error));
    const paying = pos.pay(order());
    await eventually(() => failures.length >= 2);
    shop().tillLine.heal();
    expect(await paying).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('a payment that is asked for twice', () => {
  it('has one outcome, told to both, and one event', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    const events: PaymentResult[] = [];
    pos.on('result', (result) => void events.push(result));
    const same = fixed();
    const both = [pos.pay(same), pos.pay(same)];
    await eventually(() => asked.length === 1);
    decide({ status: 'SUCCESS' });
    const [one, two] = await Promise.all(both);
    expect(one).toEqual(two);
    expect(await pos.pay(same)).toMatchObject({ eventId: one!.eventId });
    expect(await shop().pos({}, 'pos-2').pay(same)).toMatchObject({ eventId: one!.eventId });
    expect(asked).toHaveLength(1);
    expect(events).toHaveLength(1);
  });

  it('is refused as another one, without harm to the first', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    const { terminalId, paymentRequest } = fixed();
    const paying = pos.pay({ terminalId, paymentRequest });
    await eventually(() => asked.length === 1);
    const dearer = { terminalId, paymentRequest: { ...paymentRequest, amount: '99.00' } };
    const refusal = { name: 'Refused', code: 'DUPLICATE_TRANSACTION', retrySafe: false };
    await expect(pos.pay(dearer)).rejects.toMatchObject(refusal);
    await expect(shop().pos({}, 'pos-2').pay(dearer)).rejects.toMatchObject(refusal);
    decide({ status: 'SUCCESS' });
    expect(await paying).toMatchObject({ status: 'SUCCESS' });
  });
});

describe('a payment that is not taken on', () => {
  it('is refused with what may be done about it', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    await expect(pos.pay(order('1.00', 'TERM-002'))).rejects.toMatchObject({
      name: 'Refused',
      code: 'TERMINAL_OFFLINE',
      retrySafe: true,
    });
    const paying = pos.pay(order());
    await eventually(() => asked.length === 1);
    await expect(pos.pay(order())).rejects.toMatchObject({ code: 'PAYMENT_IN_PROGRESS', retrySafe: true });
    decide({ status: 'SUCCESS' });
    await paying;
  });

  it('is told from others under way, although the refusal names none', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    await pos.connect();
    const paying = [pos.pay(order()), pos.pay(order('-1')), pos.pay(order('1.00', 'TERM-002'))];
    const wrong = { code: 'VALIDATION_FAILED', details: [{ field: 'paymentRequest.amount' }] };
    await expect(paying[1]).rejects.toMatchObject(wrong);
    await expect(paying[2]).rejects.toMatchObject({ code: 'TERMINAL_OFFLINE' });
    await eventually(() => asked.length === 1);
    decide({ status: 'SUCCESS' });
    expect(await paying[0]).toMatchObject({ status: 'SUCCESS' });
  });

  it.each([
    ['TERMINAL_ID_REQUIRED', { terminalId: '' }],
    ['VALIDATION_FAILED', { paymentRequest: { ...fixed().paymentRequest, transactionId: 'x'.repeat(129) } }],
    ['FRAME_TOO_LARGE', { paymentRequest: { ...fixed().paymentRequest, note: 'x'.repeat(131_072) } }],
  ])('because it never could be: %s', async (code, part) => {
    await expect(
      shop()
        .pos()
        .pay({ ...order(), ...part }),
    ).rejects.toMatchObject({ name: 'Refused', code });
  });
});

describe('whoever stops waiting', () => {
  it('is told whether the terminal can have the payment', async () => {
    const { terminal, asked } = patientTerminal();
    shop().tillLine.refuse();
    const away = shop().pos();
    await expect(away.pay(order(), { timeoutMs: 50 })).rejects.toMatchObject({
      name: 'TimedOut',
      retrySafe: true,
    });
    // Under an id of the caller an earlier till may have asked.
    await expect(away.pay(fixed(), { timeoutMs: 50 })).rejects.toMatchObject({ retrySafe: false });
    shop().tillLine.heal();
    await terminal.connect();
    const paying = away.pay(order(), { timeoutMs: 2_000 });
    await eventually(() => asked.length === 1);
    await expect(paying).rejects.toMatchObject({ name: 'TimedOut', retrySafe: false });
  });

  it('gets the reason of the signal, and the result as an event', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    const result = new Promise<PaymentResult>((resolve) => pos.on('result', resolve));
    const controller = new AbortController();
    const paying = pos.pay(order(), { signal: controller.signal });
    await eventually(() => asked.length === 1);
    controller.abort(new Error('the customer left'));
    await expect(paying).rejects.toThrow('the customer left');
    decide({ status: 'SUCCESS' });
    expect(await result).toMatchObject({ transactionId: asked[0], status: 'SUCCESS' });
    const never = { signal: AbortSignal.abort(new Error('never')) };
    for (const wait of [pos.pay(order(), never), pos.cancel('x', never), pos.terminals(never)]) {
      await expect(wait).rejects.toThrow('never');
    }
  });

  it('because the till was closed is told so', async () => {
    const { terminal, asked } = patientTerminal();
    await terminal.connect();
    const pos = shop().pos();
    const paying = pos.pay(order());
    await eventually(() => asked.length === 1);
    pos.close();
    await expect(paying).rejects.toMatchObject({
      name: 'ConnectionEnded',
      reason: 'closed',
      retrySafe: false,
    });
    await expect(pos.pay(order())).rejects.toMatchObject({ reason: 'closed' });
  });
});

describe('a result that came while the till was away', () => {
  it('is an event, once', async () => {
    const { terminal, asked, decide } = patientTerminal();
    await terminal.connect();
    const first = shop().pos();
    const paying = first.pay(order());
    await eventually(() => asked.length === 1);
    first.close();
    await expect(paying).rejects.toThrow();
    decide({ status: 'SUCCESS' });
    const events: PaymentResult[] = [];
    const second = shop().pos();
    second.on('result', (result) => void events.push(result));
    await second.connect();
    await eventually(() => events.length === 1);
    expect(events[0]).toMatchObject({ transactionId: asked[0], recovered: true, status: 'SUCCESS' });
    shop().tillLine.cut();
    await second.transaction(asked[0]!);
    expect(events).toHaveLength(1);
  });
});

describe('terminals', () => {
  it('are listed, with those away where that is asked for', async () => {
    await shop().terminal().connect();
    const pos = shop().pos();
    const ids = async (includeOffline?: boolean) =>
      (await pos.terminals({ ...(includeOffline && { includeOffline }) })).map(
        ({ terminalId }) => terminalId,
      );
    expect(await ids()).not.toContain('TERM-002');
    expect((await ids(true)).sort()).toEqual([TERMINAL_ID, 'TERM-002']);
  });

  it('that come and go are events', async () => {
    const pos = shop().pos();
    const seen: string[] = [];
    pos.on('status', ({ terminalId, status }) => void seen.push(`${terminalId} ${status}`));
    await pos.connect();
    const terminal = shop().terminal({}, 't2');
    await terminal.connect();
    await eventually(() => seen.includes('TERM-002 connected'));
    terminal.close();
    await eventually(() => seen.includes('TERM-002 reconnecting'));
  });
});

describe('a listener that fails', () => {
  it('breaks nothing, and keeps the push from being acknowledged', async () => {
    await shop().terminal().connect();
    const pos = shop().pos({ autoAck: true } satisfies Partial<PosOptions>);
    const errors: string[] = [];
    pos.on('result', () => Promise.reject(new Error('no paper')));
    pos.on('error', ({ message }) => void errors.push(message));
    expect(await pos.pay(order())).toMatchObject({ status: 'SUCCESS' });
    await eventually(() => errors.length === 1);
    expect(errors).toEqual(['no paper']);
  });
});
