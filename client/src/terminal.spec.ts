import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { polite, say, StubGateway } from '../test/stub-gateway.js';
import { Terminal, type TerminalOptions } from './index.js';

const ABOUT = { transactionId: 'tx', terminalId: 'T', groupId: 'shop', version: 'v1' };
const PAYMENT = {
  action: 'payment',
  ...ABOUT,
  paymentRequest: { transactionId: 'tx', amount: '1', currency: 'EUR', paymentMethod: 'CARD' },
};
const ACK = { action: 'paymentResponseAck', transactionId: 'tx' };

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A terminal of a gateway that answers like this. */
async function open(answer: Parameters<typeof polite>[0], options: Partial<TerminalOptions> = {}) {
  const gateway = await StubGateway.start(polite(answer));
  const handled: string[] = [];
  const terminal = new Terminal({
    ...{ url: gateway.url, apiKey: 'key', backoff: { baseMs: 10, capMs: 50 } },
    onPayment: ({ transactionId }) => {
      handled.push(transactionId);
      return { status: 'SUCCESS' };
    },
    ...options,
  });
  terminal.on('error', () => {});
  ends.push(
    () => terminal.close(),
    () => gateway.stop(),
  );
  await terminal.connect();
  return { gateway, terminal, handled };
}

describe('a payment that comes again', () => {
  it('on the same and on another connection is the same payment', async () => {
    const { gateway, handled } = await open((frame, socket, n) => {
      if (frame.action === 'ping') [PAYMENT, PAYMENT].forEach((payment) => say(socket, payment));
      if (frame.action === 'paymentResponse' && n === 1) socket.terminate();
    });
    await eventually(() => gateway.all('paymentResponse').some(({ connection }) => connection === 2));
    expect(handled).toEqual(['tx']);
  });

  it('after it was acknowledged gets its result again', async () => {
    const { gateway, handled } = await open((frame, socket, _n, gateway) => {
      if (frame.action === 'ping') say(socket, PAYMENT);
      if (frame.action !== 'paymentResponse') return;
      say(socket, ACK);
      if (gateway.all('paymentResponse').length < 3) say(socket, PAYMENT);
    });
    await eventually(() => gateway.all('paymentResponse').length === 3);
    expect(handled).toEqual(['tx']);
  });
});

describe('a result', () => {
  it('that is not acknowledged is told again on the same connection', async () => {
    const { gateway } = await open((frame, socket, _n, gateway) => {
      if (frame.action === 'ping') say(socket, PAYMENT);
      if (gateway.all('paymentResponse').length === 2) say(socket, ACK);
    });
    await eventually(() => gateway.all('paymentResponse').length === 2);
  });

  it('of a payment that the gateway does not know is told once on each connection', async () => {
    const missing = { code: 'TRANSACTION_NOT_FOUND', message: 'Transaction not found', error: 'Not Found' };
    const { gateway, terminal } = await open((frame, socket, n) => {
      if (frame.action === 'ping' && n === 1) say(socket, PAYMENT);
      if (frame.action !== 'paymentResponse') return;
      say(socket, { action: 'error', ...missing, requestAction: frame.action, transactionId: 'tx' });
      if (n === 1) socket.close(4008);
    });
    await eventually(() => gateway.all('paymentResponse').length === 2);
    await terminal.connect();
    expect(gateway.all('paymentResponse').map(({ connection }) => connection)).toEqual([1, 2]);
  });
});

describe('an inquiry', () => {
  const INQUIRY = { action: 'paymentInquiry', ...ABOUT };
  const away = {
    action: 'error',
    code: 'STORE_UNAVAILABLE',
    message: 'away',
    requestAction: 'paymentUnknown',
  };

  it('about a payment that never came is answered so, again if it was not heard', async () => {
    const { gateway } = await open((frame, socket) => {
      if (frame.action === 'ping') say(socket, INQUIRY);
      if (frame.action === 'paymentUnknown') say(socket, away);
    });
    await eventually(() => gateway.all('paymentUnknown').length === 2);
  });

  it('is not answered with unknown once the payment has come', async () => {
    const { gateway } = await open((frame, socket) => {
      if (frame.action === 'ping') say(socket, INQUIRY);
      if (frame.action !== 'paymentUnknown') return;
      say(socket, away);
      say(socket, PAYMENT);
    });
    // Told again after a second at the least, which is later than what was not heard.
    await eventually(() => gateway.all('paymentResponse').length === 2);
    expect(gateway.all('paymentUnknown')).toHaveLength(1);
  });

  it('about a payment under way is answered with progress', async () => {
    const onPayment = () => new Promise<never>(() => {});
    const { gateway } = await open(
      (frame, socket) => frame.action === 'ping' && [PAYMENT, INQUIRY].forEach((told) => say(socket, told)),
      { onPayment },
    );
    await eventually(() => gateway.all('paymentProgress').length === 1);
    expect(gateway.all('paymentUnknown')).toEqual([]);
  });
});

describe('a void', () => {
  const VOID = { action: 'voidPayment', ...ABOUT, reason: 'LATE_RECONNECTION', paymentResponse: {} };

  it('that was done is confirmed again, and not done again', async () => {
    let voids = 0;
    const onVoid = () => void voids++;
    const { gateway } = await open(
      (frame, socket, _n, gateway) => {
        if (frame.action === 'ping') say(socket, PAYMENT);
        if (frame.action === 'paymentResponse') say(socket, ACK);
        const isOpen = gateway.all('voidResponse').length < 2;
        if (isOpen && frame.action !== 'ping') say(socket, VOID);
      },
      { onVoid },
    );
    await eventually(() => gateway.all('voidResponse').length === 2);
    expect(gateway.all('voidResponse').map(({ status }) => status)).toEqual(['SUCCESS', 'SUCCESS']);
    expect(voids).toBe(1);
  });

  it('is refused by a terminal that can not void', async () => {
    const { gateway } = await open((frame, socket) => frame.action === 'ping' && say(socket, VOID));
    await eventually(() => gateway.all('voidResponse').length === 1);
    expect(gateway.all('voidResponse')).toMatchObject([{ status: 'FAILED', errorCode: 'VOID_FAILED' }]);
  });
});
