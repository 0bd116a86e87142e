import { errorFrame, paymentComplete, paymentFrame } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';
import { extension } from '../conformance/shape.js';

export const IDEMPOTENCY = scenarios('idempotency', 'chosen', [
  {
    name: 'repeat-while-running',
    about: 'the same request again, while it runs, changes nothing',
    async play(stage) {
      const { till, asked } = await stage.begins();
      for (let i = 0; i < 3; i++) till.repeats(asked);
      await till.getsNo('error', asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'repeat-after-final',
    about: 'the same request again, when it is over, brings the stored result and not the payment',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      const { eventId = '' } = await stage.ends(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      till.repeats(asked);
      const again = paymentComplete(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      await till.gets({ ...again, eventId: extension(eventId) });
      await terminal.catchesUp();
    },
  },
  {
    name: 'repeat-after-decline',
    about: 'a refused payment is not tried again under its id either',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.ends(asked, 'FAILED', { errorCode: 'INVALID_PIN' });
      till.repeats(asked);
      await till.gets(paymentComplete(asked, 'FAILED', { errorCode: 'INVALID_PIN' }));
      await terminal.catchesUp();
    },
  },
  {
    name: 'repeat-by-another-till',
    about: 'another till that asks for the same becomes a further recipient of the one result',
    needs: { tills: 2 },
    async play(stage) {
      const other = await stage.tills[1]!.connects();
      const { asked } = await stage.begins();
      other.repeats(asked);
      await other.getsNo('error', asked);
      const { eventId = '' } = await stage.ends(asked);
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
      await Promise.all([till, other].map((asker) => asker.getsNo('error', asked)));
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
      await till.getsNo('error', asked);
      terminal.answers(asked, 'SUCCESS');
      await till.gets({ action: 'paymentComplete', transactionId });
    },
  },
  {
    name: 'other-payment-same-id',
    about: 'another amount, currency or terminal under a known id is DUPLICATE_TRANSACTION, running or over',
    needs: { terminals: 2 },
    async play(stage) {
      const another = await stage.terminals[1]!.connects();
      const { till, terminal, asked } = await stage.begins();
      const { transactionId, request } = asked;
      const others = [
        { terminalId: terminal.id, paymentRequest: { ...request, amount: '10.01' } },
        { terminalId: terminal.id, paymentRequest: { ...request, currency: 'USD' } },
        { terminalId: terminal.id, paymentRequest: { ...request, metadata: {} } },
        { terminalId: another.id, paymentRequest: request },
      ];
      const refused = errorFrame('DUPLICATE_TRANSACTION', { transactionId: extension(transactionId) });
      for (const other of others) await till.asks({ action: 'payment', ...other }, refused);
      await stage.ends(asked);
      for (const other of others) await till.asks({ action: 'payment', ...other }, refused);
      await another.getsNo('payment', asked);
    },
  },
  {
    name: 'same-id-other-group',
    about: 'an id belongs to its group: another group may use it for a payment of its own',
    needs: { foreignTills: 1, foreignTerminals: 1 },
    async play(stage) {
      const [foreignTill, foreignTerminal] = [stage.foreignTills[0]!, stage.foreignTerminals[0]!];
      await Promise.all([foreignTill.connects(), foreignTerminal.connects()]);
      const { asked } = await stage.begins();
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
      await stage.ends(asked, 'FAILED');
      await foreignTill.gets({ action: 'paymentComplete', transactionId: asked.transactionId });
    },
  },
]);
