import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import type { FinalResponse, PaymentResult } from '../src/index.js';
import { order, TERMINAL_ID, useShop } from './shop.js';

const shop = useShop();
afterEach(() => shop().sendHome());

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
