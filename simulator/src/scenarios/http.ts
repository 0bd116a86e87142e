import { errorBody, paymentComplete } from '../conformance/contract.js';
import { Mismatch, newRequest, type Device } from '../conformance/devices.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, including, NUMBER, oneOf, TEXT, TIME, type Shape } from '../conformance/shape.js';
import type { HttpAnswer } from '../wire/http-caller.js';

const SIX_MINUTES_MS = 6 * 60_000;

/** @throws Mismatch if an answer is another one */
function answered(device: Device, answer: HttpAnswer, status: number, body: Shape): void {
  const shown = { status: answer.status, body: answer.body };
  device.compares({ status, body }, shown, `the answer of HTTP ${status}`);
}

const paymentsOf = (terminal: Device & { id: string }) =>
  `/v1/terminals/${encodeURIComponent(terminal.id)}/payments`;

export const HTTP = scenarios(
  'http',
  'published',
  [
    {
      name: 'http-approve',
      about: 'a payment over HTTP waits for the result and answers 200 with it',
      async play(stage) {
        const terminal = await stage.terminal.connects();
        const request = newRequest({ amount: '12.34', metadata: { order: 7 } });
        const { transactionId } = request;
        const waiting = stage.caller().post(paymentsOf(terminal), request);
        await terminal.gets({ action: 'payment', transactionId });
        terminal.answers({ transactionId }, 'SUCCESS', { authorizationCode: 'H-1' });
        answered(stage.till, await waiting, 200, {
          transactionId,
          status: 'SUCCESS',
          paymentResponse: { transactionId, status: 'SUCCESS', amount: '12.34', authorizationCode: 'H-1' },
          timestamp: TIME,
          eventId: extension(TEXT),
        });
      },
    },
    {
      name: 'http-decline',
      about: 'a refused payment is 200 with its outcome',
      async play(stage) {
        const terminal = await stage.terminal.connects();
        const request = newRequest();
        const { transactionId } = request;
        const waiting = stage.caller().post(paymentsOf(terminal), request);
        await terminal.gets({ action: 'payment', transactionId });
        terminal.answers({ transactionId }, 'FAILED', { errorCode: 'CARD_EXPIRED' });
        const paymentResponse = { status: 'FAILED', errorCode: 'CARD_EXPIRED' };
        answered(stage.till, await waiting, 200, {
          status: 'FAILED',
          paymentResponse,
          retrySafe: extension(false),
        });
      },
    },
    {
      name: 'http-timeout-is-not-the-end',
      about: '504 ends the wait, not the payment: the same request joins it and brings its result',
      layer: 'extensions',
      async play(stage) {
        const terminal = await stage.terminal.connects();
        const request = newRequest();
        const { transactionId } = request;
        const timeout = await stage.caller().post(`${paymentsOf(terminal)}?wait=0`, request);
        answered(stage.till, timeout, 504, { ...errorBody('Gateway Timeout', 'TIMEOUT'), transactionId });
        await terminal.gets({ action: 'payment', transactionId });
        const joined = stage.caller().post(paymentsOf(terminal), request);
        const looking = stage.caller().get(`/v1/transactions/${transactionId}?wait=20`);
        terminal.answers({ transactionId }, 'SUCCESS');
        answered(stage.till, await joined, 200, { transactionId, status: 'SUCCESS' });
        answered(stage.till, await looking, 200, { transactionId, status: 'COMPLETED', timestamp: TIME });
        await terminal.now.roundTrip(stage.after(0));
        terminal.compares(1, terminal.timesGiven(transactionId), 'the payment once');
      },
    },
    {
      name: 'http-and-websocket-once',
      about: 'the same payment over both protocols reaches the terminal once, and both get its result',
      layer: 'chosen',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const asked = await stage.handsOver();
        const waiting = stage.caller().post(paymentsOf(terminal), asked.request);
        await till.getsNo('error');
        terminal.answers(asked, 'SUCCESS');
        const { eventId = '' } = await till.gets(paymentComplete(asked, 'SUCCESS'));
        answered(till, await waiting, 200, { status: 'SUCCESS', eventId: extension(eventId) });
        await terminal.now.roundTrip(stage.after(0));
      },
    },
    {
      name: 'http-repeated-after-final',
      about: 'the same request after the end is answered with the stored result at once',
      layer: 'chosen',
      async play(stage) {
        const terminal = await stage.terminal.connects();
        const request = newRequest();
        const { transactionId } = request;
        const waiting = stage.caller().post(paymentsOf(terminal), request);
        await terminal.gets({ action: 'payment', transactionId });
        terminal.answers({ transactionId }, 'SUCCESS', { authorizationCode: 'ONCE' });
        await waiting;
        const again = await stage.caller().post(paymentsOf(terminal), request);
        answered(stage.till, again, 200, {
          status: 'SUCCESS',
          paymentResponse: { authorizationCode: 'ONCE' },
        });
        await terminal.now.roundTrip(stage.after(0));
        terminal.compares(1, terminal.timesGiven(transactionId), 'the payment once');
      },
    },
    {
      name: 'http-result-not-pushed',
      about: 'a payment asked for over HTTP is pushed to no WebSocket, and displaces none',
      layer: 'chosen',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const request = newRequest();
        const { transactionId } = request;
        const waiting = stage.caller().post(paymentsOf(terminal), request);
        await terminal.gets({ action: 'payment', transactionId });
        terminal.answers({ transactionId }, 'SUCCESS');
        await waiting;
        await till.getsNo('paymentComplete', transactionId);
      },
    },
    {
      name: 'http-list',
      about: 'GET /v1/terminals lists the terminals of the group',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const entry = {
          terminalId: terminal.id,
          deviceId: terminal.id,
          connectionId: TEXT,
          status: 'online',
        };
        const list = { terminals: including(entry), count: NUMBER, timestamp: TIME };
        answered(till, await stage.caller().get('/v1/terminals'), 200, list);
      },
    },
    {
      name: 'http-transaction',
      about: 'GET /v1/transactions tells the same story as the push',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const asked = await stage.handsOver();
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
        const answer = await stage.caller().get(`/v1/transactions/${asked.transactionId}`);
        const story = { transactionId: asked.transactionId, status: 'COMPLETED', terminalId: terminal.id };
        answered(till, answer, 200, { ...story, createdAt: TIME, completedAt: TIME, timestamp: TIME });
        const missing = await stage.caller().get('/v1/transactions/never-heard-of');
        answered(till, missing, 404, errorBody('Not Found', 'TRANSACTION_NOT_FOUND'));
      },
    },
    {
      name: 'http-wrong-signature',
      about: 'a call with a wrong, missing or altered signature is refused',
      async play(stage) {
        const { till } = stage;
        const path = '/v1/terminals';
        const refused = errorBody('Unauthorized', 'INVALID_SIGNATURE');
        for (const signature of [undefined, 'AAAA', 'no base64 at all']) {
          const headers = { 'x-signature': signature };
          answered(till, await stage.caller().call({ method: 'GET', path, headers }), 401, refused);
        }
        const signed = stage.caller().signed({ method: 'GET', path }, '');
        const elsewhere = await stage
          .caller()
          .call({ method: 'GET', path: '/v1/transactions/x', headers: signed });
        answered(till, elsewhere, 401, refused);
      },
    },
    {
      name: 'http-wrong-time',
      about: 'a call signed too long ago or too far ahead is refused',
      async play(stage) {
        for (const offset of [-SIX_MINUTES_MS, SIX_MINUTES_MS]) {
          const timestamp = new Date(Date.now() + offset).toISOString();
          const answer = await stage.caller().call({ method: 'GET', path: '/v1/terminals', timestamp });
          answered(stage.till, answer, 401, errorBody('Unauthorized', 'TIMESTAMP_EXPIRED'));
        }
      },
    },
    {
      name: 'http-wrong-key',
      about: 'a call without a known key is refused',
      async play(stage) {
        for (const key of [undefined, 'nobody-has-this-key']) {
          const headers = { 'x-api-key': key };
          const answer = await stage.caller().call({ method: 'GET', path: '/v1/terminals', headers });
          answered(stage.till, answer, 401, errorBody('Unauthorized', 'UNAUTHORIZED'));
        }
      },
    },
    {
      name: 'http-replayed-call',
      about: 'a signature that was used for a payment without an id is refused when it comes again',
      layer: 'extensions',
      async play(stage) {
        const terminal = await stage.terminal.connects();
        const { transactionId: _, ...body } = newRequest();
        const call = { method: 'POST', path: `${paymentsOf(terminal)}?wait=0` };
        const headers = stage.caller().signed(call, JSON.stringify(body));
        const first = await stage.caller().call({ ...call, body, headers });
        answered(stage.till, first, 504, { code: 'TIMEOUT', transactionId: TEXT });
        const second = await stage.caller().call({ ...call, body, headers });
        answered(stage.till, second, 401, errorBody('Unauthorized', 'INVALID_SIGNATURE'));
        const given = await terminal.gets({ action: 'payment' });
        terminal.answers({ transactionId: given.transactionId ?? '' }, 'CANCELLED');
        await terminal.now.roundTrip(stage.after(0));
        terminal.compares(1, terminal.now.all('payment').length, 'one payment at the terminal');
      },
    },
    {
      name: 'http-refusals',
      about: 'bad fields 400, unknown terminal 404, busy 409, another payment under the id 409, away 503',
      layer: 'chosen',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const post = (path: string, body: object) => stage.caller().post(path, body);
        const bad = await post(paymentsOf(terminal), { ...newRequest(), amount: '0' });
        answered(till, bad, 400, errorBody('Bad Request', 'VALIDATION_FAILED'));
        const unknown = await post('/v1/terminals/NOWHERE/payments', newRequest());
        answered(till, unknown, 404, errorBody('Not Found', 'TERMINAL_NOT_FOUND'));
        const asked = await stage.handsOver();
        const busy = await post(paymentsOf(terminal), newRequest());
        answered(till, busy, 409, errorBody('Conflict', 'PAYMENT_IN_PROGRESS'));
        const other = await post(paymentsOf(terminal), { ...asked.request, amount: '11.00' });
        answered(till, other, 409, errorBody('Conflict', 'DUPLICATE_TRANSACTION'));
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
        till.now.forget('terminalStatusUpdate');
        await terminal.closes();
        await till.gets({ action: 'terminalStatusUpdate', terminalId: terminal.id, status: 'reconnecting' });
        const away = await post(paymentsOf(terminal), newRequest());
        const refused = { code: 'TERMINAL_OFFLINE', retrySafe: extension(true) };
        answered(till, away, 503, refused);
      },
    },
    {
      name: 'http-cancel',
      about: 'a cancel over HTTP is answered as over WebSocket',
      layer: 'extensions',
      async play(stage) {
        const { till, terminal } = await stage.opens();
        const asked = await stage.handsOver();
        const { transactionId } = asked;
        const path = `/v1/transactions/${transactionId}/cancel`;
        const waiting = stage.caller().post(path, {});
        await terminal.gets({ action: 'cancelPayment', transactionId });
        terminal.sends({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
        answered(till, await waiting, 200, { transactionId, status: 'CANCELLED', timestamp: TIME });
        await till.gets(paymentComplete(asked, 'CANCELLED'));
        // It is final, and it is cancelled: both answers are true.
        const status = oneOf('CANCELLED', 'TOO_LATE');
        answered(till, await stage.caller().post(path, {}), 200, { transactionId, status });
      },
    },
    {
      name: 'http-terminal-key',
      about: 'the HTTP API is for tills: another kind of key or signature gets nothing',
      layer: 'chosen',
      async play(stage) {
        const { key } = stage.terminal.key;
        const answer = await stage
          .caller()
          .call({ method: 'GET', path: '/v1/terminals', headers: { 'x-api-key': key } });
        if (answer.status !== 401 && answer.status !== 403) {
          throw new Mismatch('401 or 403 for the key of a terminal', String(answer.status));
        }
      },
    },
  ],
  { http: true },
);
