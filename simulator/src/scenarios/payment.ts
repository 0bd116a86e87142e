import { acknowledgement, paymentComplete, paymentFrame } from '../conformance/contract.js';
import { Mismatch } from '../conformance/mismatch.js';
import { scenarios } from '../conformance/scenario.js';
import { TEXT } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';

/** What issuers refuse payments with; terminals pass it on as `errorCode`. */
const DECLINES = {
  INSUFFICIENT_FUNDS: 'Insufficient funds',
  CARD_EXPIRED: 'Card expired',
  INVALID_PIN: 'Wrong PIN',
  DO_NOT_HONOR: 'Do not honor',
  LOST_OR_STOLEN: 'Card reported lost or stolen',
  LIMIT_EXCEEDED: 'Limit exceeded',
};

export const PAYMENT = scenarios('payment', 'published', [
  {
    name: 'approve',
    about:
      'an approval is acknowledged to the terminal and told to the till, with every member of the contract',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      await stage.ends(asked, 'SUCCESS', { authorizationCode: 'A1B2C3' });
      await terminal.gets(acknowledgement(asked));
    },
  },
  ...Object.entries(DECLINES).map(([errorCode, errorMessage]) => ({
    name: `decline-${errorCode.toLowerCase().replaceAll('_', '-')}`,
    about: `a refusal with ${errorCode} reaches the till with its code and text`,
    async play(stage: Stage) {
      const { asked } = await stage.begins();
      await stage.ends(asked, 'FAILED', { errorCode, errorMessage });
    },
  })),
  {
    name: 'cancelled-at-terminal',
    about: 'the customer gives up at the terminal: CANCELLED',
    async play(stage) {
      const { asked } = await stage.begins();
      await stage.ends(asked, 'CANCELLED', { errorMessage: 'Cancelled by customer' });
    },
  },
  {
    name: 'slow',
    about: 'a customer who takes his time; everything else goes on meanwhile',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      for (let i = 0; i < 5; i++) await Promise.all([till, terminal].map((device) => device.catchesUp()));
      await till.getsNo('paymentComplete', asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'amount-as-sent',
    about: 'an amount is passed on and echoed as it was sent, digit for digit',
    async play(stage) {
      await stage.opens();
      const amounts = ['10.10', '0.1000', '999999999999999.9999', '007.50'];
      for (const amount of amounts) await stage.plays({ amount });
    },
  },
  {
    name: 'number-amount-exact',
    about: 'an amount sent as a number keeps its exact decimal value',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      for (const [sent, value] of [
        [0.1, '0\\.10*'],
        [1234567.89, '1234567\\.890*'],
        [3, '3(\\.0+)?'],
      ] as const) {
        const asked = till.pays(terminal.id, { amount: sent });
        const given = await terminal.gets({ action: 'payment', transactionId: asked.transactionId });
        const text = terminal.now.textOf(given);
        if (!new RegExp(`"amount":${value}[,}]`).test(text)) throw new Mismatch(`the amount ${sent}`, text);
        await stage.ends(asked);
      }
    },
  },
  {
    name: 'passed-through',
    about: 'products, customerInfo and members that nobody knows reach the terminal; metadata comes back',
    async play(stage) {
      const metadata = { order: 4711, nested: { list: [1, 'x', null] } };
      const { till, terminal, asked } = await stage.begins({
        metadata,
        products: [{ sku: 'A-1', price: '5.00', vat: { rate: 7 } }, {}],
        customerInfo: { name: 'Grace Ω 💳' },
        shelf: ['unknown', { to: 'everybody' }],
      });
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS', { metadata }));
    },
  },
  {
    name: 'every-payment-method',
    about: 'CARD, CASH, MOBILE and OTHER are passed on and echoed',
    async play(stage) {
      await stage.opens();
      for (const paymentMethod of ['CARD', 'CASH', 'MOBILE', 'OTHER']) {
        await stage.plays({ paymentMethod, currency: 'PHP' });
      }
    },
  },
  {
    name: 'id-made-by-gateway',
    about: 'a payment without a transactionId gets one, the same everywhere',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const paymentRequest = { amount: '4.20', currency: 'EUR', paymentMethod: 'CARD' };
      till.sends({ action: 'payment', terminalId: terminal.id, paymentRequest });
      const given = await terminal.gets({ action: 'payment', transactionId: TEXT, paymentRequest });
      const { transactionId = '' } = given;
      terminal.compares(transactionId, given.paymentRequest?.transactionId, 'the same id inside the request');
      terminal.answers({ transactionId }, 'SUCCESS');
      await till.gets({
        action: 'paymentComplete',
        transactionId,
        paymentResponse: { transactionId, amount: '4.20' },
      });
    },
  },
  {
    name: 'terminal-without-device-id',
    about: 'a terminal without a device id is paid at by its connection id',
    needs: { terminals: 0, anonymous: 1 },
    async play(stage) {
      const { till, terminal, terminalId } = await stage.opensAnonymous();
      const asked = till.pays(terminalId);
      await terminal.gets(paymentFrame(asked));
      await stage.ends(asked, 'SUCCESS', {}, { terminal });
    },
  },
  {
    name: 'terminal-by-connection-id',
    about: 'a terminal with a device id can be named by its connection id too',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const { connectionId = '' } = await till.finds(terminal);
      const asked = till.pays(connectionId);
      await terminal.gets({ action: 'payment', transactionId: asked.transactionId });
      terminal.answers(asked, 'SUCCESS');
      await till.gets({ action: 'paymentComplete', transactionId: asked.transactionId });
    },
  },
  {
    name: 'result-to-asker-only',
    about: 'a result goes to the till that asked and to no other of the group',
    needs: { tills: 2 },
    async play(stage) {
      const other = await stage.tills[1]!.connects();
      const { asked } = await stage.begins();
      await stage.ends(asked);
      await other.getsNo('paymentComplete', asked);
    },
  },
  {
    name: 'side-by-side',
    about: 'two tills pay at two terminals at once, and nothing gets mixed up',
    needs: { tills: 2, terminals: 2 },
    async play(stage) {
      await Promise.all([...stage.tills, ...stage.terminals].map((device) => device.connects()));
      const [one, two] = await Promise.all(
        stage.tills.map((till, i) =>
          stage.handsOver({ amount: `${i + 1}.00` }, { till, terminal: stage.terminals[i]! }),
        ),
      );
      stage.terminals[1]!.answers(two!, 'FAILED', { errorCode: 'INVALID_PIN' });
      stage.terminals[0]!.answers(one!, 'SUCCESS');
      await stage.tills[0]!.gets(paymentComplete(one!, 'SUCCESS'));
      await stage.tills[1]!.gets(paymentComplete(two!, 'FAILED', { errorCode: 'INVALID_PIN' }));
    },
  },
  {
    name: 'one-after-the-other',
    about: 'a terminal is free again as soon as a payment is over',
    async play(stage) {
      await stage.opens();
      for (let i = 0; i < 5; i++) await stage.plays({}, i % 2 ? 'FAILED' : 'SUCCESS');
    },
  },
]);
