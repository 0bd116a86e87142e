import { paymentsOf } from '../conformance/api.js';
import { errorBody } from '../conformance/contract.js';
import { Mismatch } from '../conformance/mismatch.js';
import { newRequest } from '../conformance/request.js';
import { scenarios } from '../conformance/scenario.js';
import { including, NUMBER, TEXT, TIME } from '../conformance/shape.js';
import type { HttpCall } from '../wire/http-caller.js';

const SIX_MINUTES_MS = 6 * 60_000;
const LIST: HttpCall = { method: 'GET', path: '/v1/terminals' };

/** What is shown over HTTP, and to whom. */
export const HTTP_CALLS = scenarios(
  'http',
  'published',
  [
    {
      name: 'http-list',
      about: 'GET /v1/terminals lists the terminals of the group',
      async play(stage) {
        const { id } = await stage.terminal.connects();
        const entry = { terminalId: id, deviceId: id, connectionId: TEXT, status: 'online' };
        const list = { terminals: including(entry), count: NUMBER, timestamp: TIME };
        await stage.http.api.get('/v1/terminals', 200, list);
      },
    },
    {
      name: 'http-transaction',
      about: 'GET /v1/transactions tells the same story as the push',
      async play(stage) {
        const { terminal, asked } = await stage.begins();
        await stage.ends(asked);
        const { transactionId } = asked;
        const story = { transactionId, status: 'COMPLETED', terminalId: terminal.id };
        const times = { createdAt: TIME, completedAt: TIME, timestamp: TIME };
        await stage.http.api.get(`/v1/transactions/${transactionId}`, 200, { ...story, ...times });
        const missing = errorBody('Not Found', 'TRANSACTION_NOT_FOUND');
        await stage.http.api.get('/v1/transactions/never-heard-of', 404, missing);
      },
    },
    {
      name: 'http-wrong-signature',
      about: 'a call with a wrong, missing or altered signature is refused',
      async play({ http: { api } }) {
        const refused = { status: 401, body: errorBody('Unauthorized', 'INVALID_SIGNATURE') };
        for (const signature of [undefined, 'AAAA', 'no base64 at all']) {
          await api.call({ ...LIST, headers: { 'x-signature': signature } }, refused);
        }
        const headers = api.caller.signed(LIST, '');
        await api.call({ method: 'GET', path: '/v1/transactions/x', headers }, refused);
      },
    },
    {
      name: 'http-wrong-time',
      about: 'a call signed too long ago or too far ahead is refused',
      async play({ http: { api } }) {
        const refused = { status: 401, body: errorBody('Unauthorized', 'TIMESTAMP_EXPIRED') };
        for (const offset of [-SIX_MINUTES_MS, SIX_MINUTES_MS]) {
          await api.call({ ...LIST, timestamp: new Date(Date.now() + offset).toISOString() }, refused);
        }
      },
    },
    {
      name: 'http-wrong-key',
      about: 'a call without a known key is refused',
      async play({ http: { api } }) {
        const refused = { status: 401, body: errorBody('Unauthorized', 'UNAUTHORIZED') };
        for (const key of [undefined, 'nobody-has-this-key']) {
          await api.call({ ...LIST, headers: { 'x-api-key': key } }, refused);
        }
      },
    },
    {
      name: 'http-replayed-call',
      about: 'a signature that was used for a payment without an id is refused when it comes again',
      layer: 'extensions',
      async play({ terminal, http: { api } }) {
        await terminal.connects();
        const { transactionId: _, ...body } = newRequest();
        const call = { method: 'POST', path: `${paymentsOf(terminal.id)}?wait=0` };
        const signed = { ...call, body, headers: api.caller.signed(call, JSON.stringify(body)) };
        await api.call(signed, { status: 504, body: { code: 'TIMEOUT', transactionId: TEXT } });
        await api.call(signed, { status: 401, body: errorBody('Unauthorized', 'INVALID_SIGNATURE') });
        const { transactionId = '' } = await terminal.gets({ action: 'payment' });
        terminal.answers({ transactionId }, 'CANCELLED');
        await terminal.catchesUp();
        terminal.compares(1, terminal.now.all('payment').length, 'one payment at the terminal');
      },
    },
    {
      name: 'http-terminal-key',
      about: 'the HTTP API is for tills: another kind of key or signature gets nothing',
      layer: 'chosen',
      async play(stage) {
        const { key } = stage.terminal.key;
        const { status } = await stage.http.api.caller.call({ ...LIST, headers: { 'x-api-key': key } });
        if (status !== 401 && status !== 403) {
          throw new Mismatch('401 or 403 for the key of a terminal', String(status));
        }
      },
    },
  ],
  { needs: { http: true } },
);
