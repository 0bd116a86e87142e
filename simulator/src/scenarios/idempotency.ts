import { errorFrame, paymentComplete, paymentFrame } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';
import { extension } from '../conformance/shape.js';

export const IDEMPOTENCY = scenarios('idempotency', 'chosen', [
  {
    name: 'repeat-while-running',
    about: 'the same request again, while it runs, changes nothing',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      for (let i = 0; i < 3; i++) till.repeats(asked);
      await till.getsNo('error', asked.transactionId);
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'repeat-after-final',
    about: 'the same request again, when it is over, brings the stored result and not the payment',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      const { eventId = '' } = await till.gets(paymentComplete(asked, 'SUCCESS'));
      till.repeats(asked);
      const again = paymentComplete(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      await till.gets({ ...again, eventId: extension(eventId) });
      await terminal.now.roundTrip(stage.after(0));
    },
  },
  {
    name: 'repeat-after-decline',
    about: 'a refused payment is not tried again under its id either',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'FAILED', { errorCode: 'INVALID_PIN' });
      await till.gets(paymentComplete(asked, 'FAILED'));
      till.repeats(asked);
      await till.gets(paymentComplete(asked, 'FAILED', { errorCode: 'INVALID_PIN' }));
      await terminal.now.roundTrip(stage.after(0));
    },
  },
  {
    name: 'repeat-by-another-till',
    about: 'another till that asks for the same becomes a further recipient of the one result',
    needs: { tills: 2 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const other = await stage.tills[1]!.connects();
      const asked = await stage.handsOver();
      other.repeats(asked);
      await other.getsNo('error', asked.transactionId);
      terminal.answers(asked, 'SUCCESS');
      const { eventId = '' } = await till.gets(paymentComplete(asked, 'SUCCESS'));
      await other.gets({ ...paymentComplete(asked, 'SUCCESS'), eventId: extension(eventId) });
    },
  },
  {
    name: 'repeat-storm',
    about: 'twenty times the same request from two tills at once reaches the terminal once',
    needs: { tills: 2 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const other = await stage.tills[1]!.connects();
      const asked = till.pays(terminal.id);
      for (let i = 0; i < 10; i++) [till, other].forEach((asker) => asker.repeats(asked));
      await terminal.gets(paymentFrame(asked));
      await Promise.all([till, other].map((asker) => asker.getsNo('error', asked.transactionId)));
      terminal.answers(asked, 'SUCCESS');
      await Promise.all([till, other].map((asker) => asker.gets(paymentComplete(asked, 'SUCCESS'))));
    },
  },
  {
    name: 'repeat-in-other-words',
    about: 'the order of members and the way a number is written make no other request',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = till.pays(terminal.id, { amount: 10.1, metadata: { a: 1, b: [1, 'x'] } });
      await terminal.gets({ action: 'payment', transactionId: asked.transactionId });
      const { transactionId } = asked;
      till.sends(
        `{"paymentRequest": {"paymentMethod":"CARD","metadata":{"b":[1.0,"\\u0078"],"a":1e0},"currency":"EUR",` +
          `"amount":10.10,"transactionId":"${transactionId}"}, "terminalId":"${terminal.id}","action":"payment"}`,
      );
      await till.getsNo('error', transactionId);
      terminal.answers(asked, 'SUCCESS');
      await till.gets({ action: 'paymentComplete', transactionId });
    },
  },
  {
    name: 'other-payment-same-id',
    about: 'another amount, currency or terminal under a known id is DUPLICATE_TRANSACTION, running or over',
    needs: { terminals: 2 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await stage.terminals[1]!.connects();
      const asked = await stage.handsOver();
      const { transactionId, request } = asked;
      const others = [
        { terminalId: terminal.id, paymentRequest: { ...request, amount: '10.01' } },
        { terminalId: terminal.id, paymentRequest: { ...request, currency: 'USD' } },
        { terminalId: terminal.id, paymentRequest: { ...request, metadata: {} } },
        { terminalId: stage.terminals[1]!.id, paymentRequest: request },
      ];
      const refused = errorFrame('DUPLICATE_TRANSACTION', { transactionId: extension(transactionId) });
      for (const other of others) await till.asks({ action: 'payment', ...other }, refused);
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      for (const other of others) await till.asks({ action: 'payment', ...other }, refused);
      await stage.terminals[1]!.getsNo('payment', transactionId);
    },
  },
  {
    name: 'same-id-other-group',
    about: 'an id belongs to its group: another group may use it for a payment of its own',
    needs: { foreignTills: 1, foreignTerminals: 1 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const [foreignTill, foreignTerminal] = [stage.foreignTills[0]!, stage.foreignTerminals[0]!];
      await Promise.all([foreignTill.connects(), foreignTerminal.connects()]);
      const asked = await stage.handsOver();
      foreignTill.sends({
        action: 'payment',
        terminalId: foreignTerminal.id,
        paymentRequest: { ...asked.request, amount: '99.00' },
      });
      await foreignTerminal.gets({
        action: 'payment',
        transactionId: asked.transactionId,
        paymentRequest: { amount: '99.00' },
      });
      foreignTerminal.answers(asked, 'FAILED');
      terminal.answers(asked, 'FAILED');
      await foreignTill.gets({ action: 'paymentComplete', transactionId: asked.transactionId });
      await till.gets(paymentComplete(asked, 'FAILED'));
    },
  },
]);
