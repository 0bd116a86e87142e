import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../../test/support/eventually.js';
import { polite, say, StubGateway } from '../test/stub-gateway.js';
import { Pos } from './index.js';

const ORDER = {
  terminalId: 'T',
  paymentRequest: { transactionId: 'tx', amount: '1', currency: 'EUR', paymentMethod: 'CARD' as const },
};
const RESULT = {
  action: 'paymentComplete',
  ...{ transactionId: 'tx', terminalId: 'T', status: 'SUCCESS', eventId: 'e', transactionVersion: 3 },
  ...{ groupId: 'shop', version: 'v1', paymentResponse: {} },
};
const MISSING = {
  action: 'error',
  ...{ error: 'Not Found', message: 'Transaction not found', code: 'TRANSACTION_NOT_FOUND' },
  ...{ requestAction: 'getTransaction', transactionId: 'tx' },
};

function refusal(code: string, retrySafe?: boolean, transactionId: string | undefined = 'tx') {
  const words = { action: 'error', error: 'No', message: code, code, requestAction: 'payment' };
  return { ...words, transactionId, retrySafe };
}

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

/** A till of a gateway that answers like this. */
async function open(answer: Parameters<typeof polite>[0]) {
  const gateway = await StubGateway.start(polite(answer));
  const backoff = { baseMs: 10, capMs: 50 };
  const pos = new Pos({ url: gateway.url, apiKey: 'key', backoff, lookEveryMs: 60 });
  pos.on('error', () => {});
  ends.push(
    () => pos.close(),
    () => gateway.stop(),
  );
  const asked = () => gateway.frames.map(({ action }) => action).filter((action) => action !== 'ping');
  return { gateway, pos, asked };
}

describe('after a reconnect', () => {
  it('a payment that the gateway has is looked at, not asked for again', async () => {
    const { pos, asked } = await open((frame, socket, n) => {
      if (n === 1 && frame.action === 'payment') socket.terminate();
      if (frame.action !== 'getTransaction') return;
      say(socket, { action: 'transactionResponse', transaction: { transactionId: 'tx', status: 'PENDING' } });
      setTimeout(() => say(socket, RESULT), 10);
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
    expect(asked()).toEqual(['payment', 'getTransaction']);
  });

  it('a payment that the gateway does not have is asked for again', async () => {
    const { pos, asked } = await open((frame, socket, n) => {
      if (n === 1 && frame.action === 'payment') socket.terminate();
      else if (frame.action === 'getTransaction') say(socket, MISSING);
      else if (frame.action === 'payment') say(socket, RESULT);
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
    expect(asked()).toEqual(['payment', 'getTransaction', 'payment']);
  });

  it('a payment that is final is asked for again, for its result', async () => {
    const { pos, asked } = await open((frame, socket, n) => {
      if (n === 1 && frame.action === 'payment') socket.terminate();
      else if (frame.action === 'payment') say(socket, RESULT);
      else if (frame.action === 'getTransaction') {
        say(socket, {
          action: 'transactionResponse',
          transaction: { transactionId: 'tx', status: 'COMPLETED' },
        });
      }
    });
    expect(await pos.pay(ORDER)).toMatchObject({ eventId: 'e' });
    expect(asked()).toEqual(['payment', 'getTransaction', 'payment']);
  });
});

describe('a refusal', () => {
  it('that passes is followed by another attempt', async () => {
    let refusals = 0;
    const { pos, asked } = await open((frame, socket) => {
      if (frame.action !== 'payment') return;
      say(socket, ++refusals <= 2 ? refusal('STORE_UNAVAILABLE', true) : RESULT);
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
    expect(asked()).toEqual(['payment', 'payment', 'payment']);
  });

  it('that leaves it open is followed by a look', async () => {
    let payments = 0;
    const { pos, asked } = await open((frame, socket) => {
      if (frame.action === 'getTransaction') say(socket, MISSING);
      else if (frame.action === 'payment') {
        say(socket, ++payments > 1 ? RESULT : refusal('STORE_UNAVAILABLE', false));
      }
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
    expect(asked()).toEqual(['payment', 'getTransaction', 'payment']);
  });

  it('that leaves it open says nothing of safety when the time is over, even with no trace of the payment', async () => {
    const { pos, gateway } = await open((frame, socket) => {
      if (frame.action === 'getTransaction') say(socket, MISSING);
      else if (frame.action === 'payment') say(socket, refusal('STORE_UNAVAILABLE', false));
    });
    const paying = pos.pay(ORDER, { timeoutMs: 1_000 });
    await eventually(() => gateway.all('getTransaction').length > 0);
    await expect(paying).rejects.toMatchObject({ name: 'TimedOut', retrySafe: false });
  });

  it('of a look is followed by another look, for ever so long', async () => {
    let looks = 0;
    const { pos } = await open((frame, socket, n) => {
      if (n === 1 && frame.action === 'payment') socket.terminate();
      if (frame.action !== 'getTransaction') return;
      const { transactionId: _, ...unnamed } = { ...MISSING, code: 'STORE_UNAVAILABLE' };
      say(socket, ++looks < 3 ? unnamed : RESULT);
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
  });

  it('of something that can not be told is followed by a look at everything', async () => {
    let isLimited = true;
    const { pos, asked } = await open((frame, socket) => {
      if (frame.action === 'payment' && isLimited) {
        isLimited = false;
        say(socket, { action: 'error', error: 'No', message: 'No', code: 'RATE_LIMITED', retryAfterMs: 5 });
      } else if (frame.action === 'payment') say(socket, RESULT);
      else if (frame.action === 'getTransaction') say(socket, MISSING);
    });
    expect(await pos.pay(ORDER)).toMatchObject({ status: 'SUCCESS' });
    expect(asked()).toEqual(['payment', 'getTransaction', 'payment']);
  });

  it('of a request that nobody waits for any more answers whoever asks again, and nothing is sent twice', async () => {
    const { pos, asked } = await open((frame, socket) => {
      if (frame.action === 'getTransaction') {
        say(socket, refusal('PAYMENT_IN_PROGRESS', true));
        say(socket, MISSING);
      }
    });
    await pos.connect();
    const controller = new AbortController();
    const left = pos.pay(ORDER, { signal: controller.signal });
    controller.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await expect(pos.pay(ORDER)).rejects.toMatchObject({ code: 'PAYMENT_IN_PROGRESS', retrySafe: true });
    expect(asked()).toEqual(['payment', 'getTransaction']);
  });
});

describe('a cancellation', () => {
  it('of a payment that is about to be asked for again does not slip through', async () => {
    let isKnown = false;
    const { pos } = await open((frame, socket, n) => {
      if (n === 1 && frame.action === 'payment') socket.terminate();
      if (n === 1) return;
      if (frame.action === 'getTransaction') setTimeout(() => say(socket, MISSING), 50);
      if (frame.action === 'payment') isKnown = true;
      if (frame.action !== 'cancelPayment') return;
      if (!isKnown) say(socket, { ...MISSING, requestAction: 'cancelPayment' });
      else {
        say(socket, { action: 'cancelResponse', transactionId: 'tx', status: 'CANCELLED' });
        say(socket, { ...RESULT, status: 'CANCELLED' });
      }
    });
    const paying = pos.pay(ORDER);
    expect(await pos.cancel('tx')).toBe('CANCELLED');
    expect(await paying).toMatchObject({ status: 'CANCELLED' });
  });
});
