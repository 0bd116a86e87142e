import { errorBody, errorFrame, paymentFrame } from '../conformance/contract.js';
import { Mismatch } from '../conformance/mismatch.js';
import { newRequest } from '../conformance/request.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, including, TEXT, text, TIME } from '../conformance/shape.js';
import type { Till } from '../conformance/till.js';
import { Refused } from '../wire/connection.js';

const BAD_FIELDS: readonly [field: string, value: unknown][] = [
  ['amount', undefined],
  ['amount', '0'],
  ['amount', '-1.00'],
  ['amount', '1e3'],
  ['amount', '1.00001'],
  ['amount', '1234567890123456'],
  ['amount', true],
  ['currency', undefined],
  ['currency', 'EURO'],
  ['currency', 'XYZ'],
  ['paymentMethod', 'CHEQUE'],
  ['transactionId', ''],
  ['transactionId', 'x'.repeat(129)],
  ['products', [1]],
  ['customerInfo', 'Grace'],
  ['metadata', []],
];

/** Tries to connect as a till in some way that must be refused. */
async function isRefused(
  till: Till,
  options: Parameters<Till['opens']>[0],
  status: number,
  error: string,
  code: string,
) {
  try {
    await till.opens(options);
  } catch (refusal) {
    if (!(refusal instanceof Refused)) throw refusal;
    till.compares(status, refusal.status, `the upgrade to be refused with ${status}`);
    till.compares(extension(errorBody(error, code)), refusal.body, 'the body of a refusal');
    return;
  }
  throw new Mismatch(`the upgrade to be refused with ${status}`, 'a connection');
}

export const REFUSALS = scenarios('refusals', 'published', [
  {
    name: 'terminal-id-required',
    about: 'a payment without a terminalId is refused, whatever else is wrong with it',
    async alone(till) {
      await till.asks({ action: 'payment', paymentRequest: {} }, errorFrame('TERMINAL_ID_REQUIRED'));
      await till.asks({ action: 'payment', terminalId: '' }, errorFrame('TERMINAL_ID_REQUIRED'));
    },
  },
  {
    name: 'payment-request-required',
    about: 'a payment without a paymentRequest is refused',
    async alone(till) {
      await till.asks({ action: 'payment', terminalId: 'NOWHERE' }, errorFrame('PAYMENT_REQUEST_REQUIRED'));
    },
  },
  {
    name: 'bad-fields',
    about: 'the first offending field is named by its full path, before the terminal is looked up',
    layer: 'chosen',
    async alone(till) {
      for (const [field, value] of BAD_FIELDS) {
        const path = `paymentRequest.${field}`;
        const message = text(new RegExp(`^${path.replace('.', '\\.')}\\b.* must be `));
        await till.asks(
          { action: 'payment', terminalId: 'NOWHERE', paymentRequest: { ...newRequest(), [field]: value } },
          {
            action: 'error',
            error: 'Bad Request',
            message,
            code: extension('VALIDATION_FAILED'),
            details: extension(including({ field: text(new RegExp(`^${path}`)), message: TEXT })),
            timestamp: extension(TIME),
          },
        );
      }
    },
  },
  {
    name: 'terminal-not-found',
    about: 'a terminal that nobody knows',
    async alone(till) {
      const { transactionId } = till.pays('NO-SUCH-TERMINAL');
      const named = { transactionId: extension(transactionId), retrySafe: extension(true) };
      await till.gets(errorFrame('TERMINAL_NOT_FOUND', named));
    },
  },
  {
    name: 'terminal-offline',
    about:
      'a terminal that is known and away: nothing was started, and the same request works when it is back',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await terminal.closes();
      await till.hears(terminal.shown, 'reconnecting');
      const asked = till.pays(terminal.id);
      await till.gets(errorFrame('TERMINAL_OFFLINE', { retrySafe: extension(true) }));
      await terminal.connects();
      await terminal.getsNo('payment');
      till.repeats(asked);
      await terminal.gets(paymentFrame(asked));
      await stage.ends(asked);
    },
  },
  {
    name: 'busy',
    about: 'a terminal in the middle of a payment takes no other one, from whatever till',
    needs: { tills: 2 },
    async play(stage) {
      const other = await stage.tills[1]!.connects();
      const { till, terminal, asked } = await stage.begins();
      for (const asker of [till, other]) {
        const refused = asker.pays(terminal.id);
        const named = { transactionId: extension(refused.transactionId), retrySafe: extension(true) };
        await asker.gets(errorFrame('PAYMENT_IN_PROGRESS', named));
      }
      await stage.ends(asked);
      await terminal.catchesUp();
      terminal.compares(1, terminal.now.all('payment').length, 'one payment at the terminal');
    },
  },
  {
    name: 'foreign-connection',
    about: 'the connection id of another group is refused as such, and its terminal sees nothing',
    needs: { terminals: 0, foreignTills: 1, foreignTerminals: 1 },
    async play(stage) {
      const { till } = stage;
      const [spy, terminal] = [stage.foreignTills[0]!, stage.foreignTerminals[0]!];
      await Promise.all([till, spy, terminal].map((device) => device.connects()));
      const { connectionId = '' } = await spy.finds(terminal);
      till.pays(connectionId);
      await till.gets(errorFrame('GROUP_MISMATCH'));
      await terminal.getsNo('payment');
    },
  },
  {
    name: 'foreign-status-unseen',
    about: 'nothing of another group is seen: neither its terminals coming and going nor its list',
    needs: { terminals: 0, foreignTerminals: 1, foreignTills: 1 },
    async play({ till, foreignTills, foreignTerminals }) {
      const [spy, terminal] = [foreignTills[0]!, foreignTerminals[0]!];
      await Promise.all([till.connects(), spy.connects()]);
      await terminal.connects();
      await spy.hears(terminal.shown, 'connected');
      await till.catchesUp();
      const news = till.now.all('terminalStatusUpdate');
      const foreign = news.find(({ groupId }) => groupId !== till.key.groupId);
      if (foreign) throw new Mismatch('no news of another group', till.now.textOf(foreign));
    },
  },
  {
    name: 'desktop-only',
    about: 'a terminal may neither list terminals nor pay',
    needs: { tills: 0 },
    async play({ terminal }) {
      await terminal.connects();
      const message = 'Only desktop devices can request terminal list';
      await terminal.asks({ action: 'getTerminals' }, errorFrame('DESKTOP_ONLY', { message }));
      await terminal.asks({ action: 'payment' }, errorFrame('DESKTOP_ONLY'));
    },
  },
  {
    name: 'terminal-only',
    about: 'a till may not speak as a terminal',
    layer: 'chosen',
    async alone(till) {
      for (const action of ['paymentResponse', 'paymentUnknown', 'voidResponse', 'cancelResponse']) {
        await till.asks({ action, transactionId: 'any', status: 'SUCCESS' }, errorFrame('TERMINAL_ONLY'));
      }
    },
  },
  {
    name: 'wrong-key',
    about: 'a missing or unknown key is refused before the upgrade',
    layer: 'chosen',
    needs: { terminals: 0 },
    async play({ till }) {
      for (const key of ['', 'nobody-has-this-key']) {
        await isRefused(till, { headers: { 'x-api-key': key } }, 401, 'Unauthorized', 'UNAUTHORIZED');
      }
    },
  },
  {
    name: 'wrong-group',
    about: 'an x-group-id that is not that of the key is refused before the upgrade; the right one is not',
    layer: 'chosen',
    needs: { terminals: 0 },
    async play({ till }) {
      const headers = { 'x-group-id': 'a-group-of-nobody' };
      await isRefused(till, { headers }, 403, 'Forbidden', 'GROUP_MISMATCH');
      await till.connects({ headers: { 'x-group-id': till.key.groupId } });
    },
  },
  {
    name: 'key-in-query',
    about: 'a browser brings its key and group as query parameters',
    needs: { terminals: 0 },
    async play({ till }) {
      const { key, groupId } = till.key;
      // An empty header counts as none.
      await till.connects({
        headers: { 'x-api-key': '' },
        query: { 'x-api-key': key, 'x-group-id': groupId },
      });
    },
  },
]);
