import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import type { FinalResponse, HeldPayment, PaymentContext, TerminalStore } from '../src/index.js';
import { order, useShop } from './shop.js';

const shop = useShop();

/** Keeps payments as a disk would: as text. */
class Notebook implements TerminalStore {
  readonly pages = new Map<string, string>();
  isBroken = false;

  load(): HeldPayment[] {
    return [...this.pages.values()].map((text) => JSON.parse(text) as HeldPayment);
  }

  save(payment: HeldPayment): void {
    if (this.isBroken) throw new Error('the disk is full');
    this.pages.set(payment.transactionId, JSON.stringify(payment));
  }

  remove(transactionId: string): void {
    this.pages.delete(transactionId);
  }
}

/** A handler that the test ends, and what it was given. */
function patience() {
  const contexts: PaymentContext[] = [];
  let decide!: (response: FinalResponse) => void;
  const decision = new Promise<FinalResponse>((resolve) => (decide = resolve));
  const onPayment = (_payment: unknown, context: PaymentContext) => {
    contexts.push(context);
    return decision;
  };
  return { contexts, decide, onPayment };
}

const approve = (): FinalResponse => ({ status: 'SUCCESS', authorizationCode: 'A-1' });

describe('a result', () => {
  it('is kept while there is no connection, and told when there is one', async () => {
    const { contexts, decide, onPayment } = patience();
    const terminal = shop().terminal({ onPayment });
    await terminal.connect();
    const acknowledged = new Promise((resolve) => terminal.on('acknowledged', resolve));
    const paying = shop().pos().pay(order());
    await eventually(() => contexts.length === 1);
    shop().terminalLine.refuse();
    await eventually(() => !terminal.isConnected);
    decide(approve());
    shop().terminalLine.heal();
    const { status, transactionId } = await paying;
    expect(status).toBe('SUCCESS');
    expect(await acknowledged).toEqual({ transactionId });
    expect(contexts).toHaveLength(1);
  });

  it('outlives the process, with a store', async () => {
    const store = new Notebook();
    const { contexts, decide, onPayment } = patience();
    const first = shop().terminal({ onPayment, store });
    await first.connect();
    const paying = shop().pos().pay(order());
    await eventually(() => contexts.length === 1);
    first.close();
    decide(approve());
    await eventually(() => store.load().some(({ response }) => response !== undefined));
    await shop()
      .terminal({ onPayment: () => Promise.reject(new Error('not again')), store })
      .connect();
    expect(await paying).toMatchObject({ status: 'SUCCESS' });
    await eventually(() => store.load().every(({ acknowledged }) => acknowledged));
  });

  it('gets through although the gateway does not take what stands beside it', async () => {
    const odd = { status: 'SUCCESS', authorizationCode: 17 } as unknown as FinalResponse;
    const terminal = shop().terminal({ onPayment: () => odd });
    const errors: Error[] = [];
    terminal.on('error', (error) => void errors.push(error));
    await terminal.connect();
    expect(await shop().pos().pay(order())).toMatchObject({ status: 'SUCCESS' });
    expect(errors).toMatchObject([{ name: 'Refused', code: 'VALIDATION_FAILED' }]);
  });

  it('gets through with a receipt that no frame can hold', async () => {
    const onPayment = () => ({ ...approve(), receiptData: 'x'.repeat(200_000) });
    await shop().terminal({ onPayment }).connect();
    const { paymentResponse } = await shop().pos().pay(order());
    expect(paymentResponse).toMatchObject({ status: 'SUCCESS', authorizationCode: 'A-1' });
    expect(paymentResponse.receiptData).toBeUndefined();
  });
});

describe('a payment', () => {
  it('whose handler fails has failed', async () => {
    const terminal = shop().terminal({ onPayment: () => Promise.reject(new Error('no paper')) });
    const errors: string[] = [];
    terminal.on('error', ({ message }) => void errors.push(message));
    await terminal.connect();
    const { status, paymentResponse } = await shop().pos().pay(order());
    expect([status, paymentResponse.errorCode]).toEqual(['FAILED', 'TERMINAL_ERROR']);
    expect(errors).toEqual(['no paper']);
  });

  it('is not carried out if it can not be remembered', async () => {
    const store = new Notebook();
    store.isBroken = true;
    const { contexts, onPayment } = patience();
    await shop().terminal({ onPayment, store }).connect();
    const { paymentResponse } = await shop().pos().pay(order());
    expect(paymentResponse.errorCode).toBe('TERMINAL_STORE_FAILED');
    expect(contexts).toEqual([]);
  });

  it('that was interrupted by the end of the process is not carried out again', async () => {
    const store = new Notebook();
    const { contexts, onPayment } = patience();
    const first = shop().terminal({ onPayment, store });
    await first.connect();
    const paying = shop().pos().pay(order());
    await eventually(() => contexts.length === 1);
    first.close();
    await shop()
      .terminal({
        onPayment,
        store,
        onInterrupted: () => ({ status: 'FAILED', errorCode: 'POWER_LOSS' }),
      })
      .connect();
    expect((await paying).paymentResponse.errorCode).toBe('POWER_LOSS');
    expect(contexts).toHaveLength(1);
  });

  it('tells its stages', async () => {
    const { contexts, decide, onPayment } = patience();
    await shop().terminal({ onPayment }).connect();
    const pos = shop().pos({ extensions: ['progress'] });
    const stages: string[] = [];
    pos.on('progress', ({ stage }) => void stages.push(stage));
    const paying = pos.pay(order());
    await eventually(() => contexts.length === 1);
    contexts[0]!.progress('WAITING_FOR_CARD', 'Please present your card');
    await eventually(() => stages.includes('WAITING_FOR_CARD'));
    decide(approve());
    await paying;
    expect(stages).toEqual(expect.arrayContaining(['accepted', 'sent', 'WAITING_FOR_CARD']));
  });
});

describe('a cancellation', () => {
  /** A till that pays at a terminal with this handler, and its payment once that is at work. */
  async function begin(onPayment: (context: PaymentContext) => Promise<FinalResponse>) {
    let isAtWork = false;
    const handler = (_payment: unknown, context: PaymentContext) => {
      isAtWork = true;
      return onPayment(context);
    };
    await shop().terminal({ onPayment: handler }).connect();
    const pos = shop().pos();
    const transactionId = crypto.randomUUID();
    const { terminalId, paymentRequest } = order();
    const paying = pos.pay({ terminalId, paymentRequest: { ...paymentRequest, transactionId } });
    await eventually(() => isAtWork);
    return { pos, paying, transactionId };
  }

  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));

  it('is certain where the handler gives up', async () => {
    const { pos, paying, transactionId } = await begin(({ signal }) => untilAborted(signal));
    expect(await pos.cancel(transactionId)).toBe('CANCELLED');
    expect((await paying).status).toBe('CANCELLED');
  });

  it('is too late where the handler approves all the same', async () => {
    const { pos, paying, transactionId } = await begin(({ signal }) => untilAborted(signal).catch(approve));
    expect(await pos.cancel(transactionId)).toBe('TOO_LATE');
    expect((await paying).status).toBe('SUCCESS');
  });

  it('is too late at once when the handler has committed itself', async () => {
    const { contexts, decide, onPayment } = patience();
    const { pos, paying, transactionId } = await begin((context) => {
      context.commit();
      return onPayment(undefined, context);
    });
    expect(await pos.cancel(transactionId)).toBe('TOO_LATE');
    expect(contexts[0]!.signal.aborted).toBe(false);
    decide(approve());
    expect((await paying).status).toBe('SUCCESS');
  });

  it('of nothing is refused', async () => {
    await expect(shop().pos().cancel('nothing')).rejects.toMatchObject({
      name: 'Refused',
      code: 'TRANSACTION_NOT_FOUND',
    });
  });
});

describe('a void', () => {
  it('is done once, after a refusal again, and told to the till', async () => {
    const { contexts, decide, onPayment } = patience();
    let attempts = 0;
    const onVoid = () => {
      attempts++;
      if (attempts === 1) throw new Error('busy');
    };
    const terminal = shop().terminal({ onPayment, onVoid });
    terminal.on('error', () => {});
    await terminal.connect();
    const pos = shop().pos();
    const voided = new Promise((resolve) => pos.on('voided', resolve));
    const paying = pos.pay(order());
    await eventually(() => contexts.length === 1);
    shop().terminalLine.refuse();
    const { transactionId, paymentResponse, retrySafe } = await paying;
    expect([paymentResponse.errorCode, retrySafe]).toEqual(['TERMINAL_DISCONNECTED', false]);
    decide(approve());
    shop().terminalLine.heal();
    await eventually(() => attempts === 1);
    await eventually(async () => (await pos.transaction(transactionId)).voidRefusal !== undefined);
    shop().terminalLine.cut();
    expect(await voided).toMatchObject({ transactionId, voidReason: 'LATE_RECONNECTION' });
    expect(attempts).toBe(2);
  });
});
