import { afterEach, describe, expect, it } from 'vitest';
import { Connection } from '../src/wire/connection.js';
import { Sim, sim } from './support/sim.js';

const LIMIT_MS = 8_000;
const opened: { program?: Sim; till?: Connection } = {};

afterEach(async () => {
  opened.till?.drop();
  opened.program?.interrupt();
  await opened.program?.exitCode;
});

/** The program with a gateway of its own, and a till that was written against what it says. */
async function open(...args: string[]) {
  const program = (opened.program = new Sim('terminals', '--embedded', ...args));
  const [, url = ''] = await program.shows(/Gateway +(\S+)/);
  const [, key = ''] = await program.shows(/x-api-key (\S+)/);
  for (const terminal of ['TERM-001', 'TERM-002']) await program.shows(new RegExp(`${terminal} +connected`));
  const till = (opened.till = await Connection.open({ url, key }));
  let paid = 0;
  const pay = async (amount: string, terminalId = 'TERM-001') => {
    const transactionId = `order-${++paid}`;
    const paymentRequest = { transactionId, amount, currency: 'EUR', paymentMethod: 'CARD' };
    till.send({ action: 'payment', terminalId, paymentRequest });
    const isResult = (frame: { transactionId?: string }) => frame.transactionId === transactionId;
    const { paymentResponse, code } = await till.next(`the result of ${amount}`, isResult, LIMIT_MS);
    return paymentResponse?.errorCode ?? paymentResponse?.['status'] ?? code;
  };
  return { program, pay };
}

describe('sim terminals', () => {
  it('answers by amount, shows what happens and ends with Ctrl-C', async () => {
    const { program, pay } = await open('--slow-ms', '100');
    const results = [];
    for (const amount of [
      '5.00',
      '5.01',
      '5.03',
      '5.10',
      '5.11',
      '5.12',
      '5.13',
      '5.20',
      '5.21',
      '5.24',
      '7.77',
    ]) {
      results.push(await pay(amount));
    }
    expect(results).toEqual([
      ...['SUCCESS', 'INSUFFICIENT_FUNDS', 'INVALID_PIN', 'SUCCESS', 'CANCELLED', 'TERMINAL_BUSY', 'SUCCESS'],
      ...['SUCCESS', 'SUCCESS', 'SUCCESS', 'SUCCESS'],
    ]);
    await program.shows(/TERM-001 +disowned +order-8/);
    program.interrupt();
    expect(await program.exitCode).toBe(0);
  });

  it('can be told what single terminals do', async () => {
    const { pay } = await open(
      '--behaviour',
      'TERM-001=decline-card-expired',
      '--behaviour',
      'cancel-on-terminal',
    );
    expect(await pay('5.00', 'TERM-001')).toBe('CARD_EXPIRED');
    expect(await pay('5.00', 'TERM-002')).toBe('CANCELLED');
  });

  it('refuses a behaviour that nobody knows', async () => {
    const { code, stderr } = await sim('terminals', '--embedded', '--behaviour', 'explode');
    expect([code, stderr.trim()]).toEqual([2, '--behaviour: there is no explode']);
  });
});
