import { paymentsOf } from '../conformance/api.js';
import { cancelPayment, errorBody, paymentComplete } from '../conformance/contract.js';
import { newRequest } from '../conformance/request.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, oneOf, TEXT, TIME, type Shape } from '../conformance/shape.js';
import { HTTP_CALLS } from './http-calls.js';

const PAYMENTS = scenarios(
  'http',
  'published',
  [
    {
      name: 'http-approve',
      about: 'a payment over HTTP waits for the result and answers 200 with it',
      async play({ http }) {
        const { terminal, asked, isAnswered } = await http.begins({
          amount: '12.34',
          metadata: { order: 7 },
        });
        const { transactionId } = asked;
        terminal.answers(asked, 'SUCCESS', { authorizationCode: 'H-1' });
        await isAnswered(200, {
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
      async play({ http }) {
        const { terminal, asked, isAnswered } = await http.begins();
        terminal.answers(asked, 'FAILED', { errorCode: 'CARD_EXPIRED' });
        const paymentResponse = { status: 'FAILED', errorCode: 'CARD_EXPIRED' };
        await isAnswered(200, { status: 'FAILED', paymentResponse, retrySafe: extension(false) });
      },
    },
    {
      name: 'http-timeout-is-not-the-end',
      about: '504 ends the wait, not the payment: the same request joins it and brings its result',
      layer: 'extensions',
      async play({ http }) {
        const { terminal, asked, isAnswered } = await http.begins({}, '?wait=0');
        const { transactionId } = asked;
        await isAnswered(504, { ...errorBody('Gateway Timeout', 'TIMEOUT'), transactionId });
        const joins = http.asks(asked);
        const story = { transactionId, status: 'COMPLETED', timestamp: TIME };
        const looking = http.api.get(`/v1/transactions/${transactionId}?wait=20`, 200, story);
        terminal.answers(asked, 'SUCCESS');
        await Promise.all([looking, joins(200, { transactionId, status: 'SUCCESS' })]);
        await terminal.hasGot(asked, 1);
      },
    },
    {
      name: 'http-and-websocket-once',
      about: 'the same payment over both protocols reaches the terminal once, and both get its result',
      layer: 'chosen',
      async play(stage) {
        const { till, terminal, asked } = await stage.begins();
        const isAnswered = stage.http.asks(asked);
        await till.getsNo('error');
        const { eventId = '' } = await stage.ends(asked);
        await isAnswered(200, { status: 'SUCCESS', eventId: extension(eventId) });
        await terminal.catchesUp();
      },
    },
    {
      name: 'http-repeated-after-final',
      about: 'the same request after the end is answered with the stored result at once',
      layer: 'chosen',
      async play({ http }) {
        const { terminal, asked, isAnswered } = await http.begins();
        terminal.answers(asked, 'SUCCESS', { authorizationCode: 'ONCE' });
        const result = { status: 'SUCCESS', paymentResponse: { authorizationCode: 'ONCE' } };
        await isAnswered(200, result);
        await http.asks(asked)(200, result);
        await terminal.hasGot(asked, 1);
      },
    },
    {
      name: 'http-result-not-pushed',
      about: 'a payment asked for over HTTP is pushed to no WebSocket, and displaces none',
      layer: 'chosen',
      async play({ till, http }) {
        await till.connects();
        const { terminal, asked, isAnswered } = await http.begins();
        terminal.answers(asked, 'SUCCESS');
        await isAnswered(200, { status: 'SUCCESS' });
        await till.getsNo('paymentComplete', asked);
      },
    },
    {
      name: 'http-refusals',
      about: 'bad fields 400, unknown terminal 404, busy 409, another payment under the id 409, away 503',
      layer: 'chosen',
      async play(stage) {
        const { till, terminal, asked } = await stage.begins();
        const pay = (request: object, status: number, body: Shape, at = terminal.id) =>
          stage.http.api.post(paymentsOf(at), request, { status, body });
        await pay({ ...newRequest(), amount: '0' }, 400, errorBody('Bad Request', 'VALIDATION_FAILED'));
        await pay(newRequest(), 404, errorBody('Not Found', 'TERMINAL_NOT_FOUND'), 'NOWHERE');
        await pay(newRequest(), 409, errorBody('Conflict', 'PAYMENT_IN_PROGRESS'));
        const other = { ...asked.request, amount: '11.00' };
        await pay(other, 409, errorBody('Conflict', 'DUPLICATE_TRANSACTION'));
        await stage.ends(asked);
        till.forgetsNews();
        await terminal.closes();
        await till.hears(terminal.shown, 'reconnecting');
        await pay(newRequest(), 503, { code: 'TERMINAL_OFFLINE', retrySafe: extension(true) });
      },
    },
    {
      name: 'http-cancel',
      about: 'a cancel over HTTP is answered as over WebSocket',
      layer: 'extensions',
      async play(stage) {
        const { till, terminal, asked } = await stage.begins();
        const { transactionId } = asked;
        const cancel = (status: Shape) =>
          stage.http.api.post(
            `/v1/transactions/${transactionId}/cancel`,
            {},
            { status: 200, body: { transactionId, status, timestamp: TIME } },
          );
        const cancelling = cancel('CANCELLED');
        await terminal.gets(cancelPayment(asked));
        terminal.answersCancel(asked, 'CANCELLED');
        await cancelling;
        await till.gets(paymentComplete(asked, 'CANCELLED'));
        // It is final, and it is cancelled: both answers are true.
        await cancel(oneOf('CANCELLED', 'TOO_LATE'));
      },
    },
  ],
  { needs: { http: true } },
);

export const HTTP = [...PAYMENTS, ...HTTP_CALLS];
