import { acknowledgement, paymentComplete, paymentFrame } from '../conformance/contract.js';
import { Mismatch } from '../conformance/devices.js';
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
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS', { authorizationCode: 'A1B2C3' });
      await terminal.gets(acknowledgement(asked.transactionId));
      await till.gets(paymentComplete(asked, 'SUCCESS', { authorizationCode: 'A1B2C3' }));
    },
  },
  ...Object.entries(DECLINES).map(([errorCode, errorMessage]) => ({
    name: `decline-${errorCode.toLowerCase().replaceAll('_', '-')}`,
    about: `a refusal with ${errorCode} reaches the till with its code and text`,
    async play(stage: Stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'FAILED', { errorCode, errorMessage });
      await till.gets(paymentComplete(asked, 'FAILED', { errorCode, errorMessage }));
    },
  })),
  {
    name: 'cancelled-at-terminal',
    about: 'the customer gives up at the terminal: CANCELLED',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'CANCELLED', { errorMessage: 'Cancelled by customer' });
      await till.gets(paymentComplete(asked, 'CANCELLED'));
    },
  },
  {
    name: 'slow',
    about: 'a customer who takes his time; everything else goes on meanwhile',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      for (let i = 0; i < 5; i++) {
        await Promise.all([till, terminal].map(({ now }) => now.roundTrip(stage.after(0))));
      }
      await till.getsNo('paymentComplete', asked.transactionId);
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'amount-as-sent',
    about: 'an amount is passed on and echoed as it was sent, digit for digit',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      for (const amount of ['10.10', '0.1000', '999999999999999.9999', '007.50']) {
        const asked = await stage.handsOver({ amount });
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
      }
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
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
      }
    },
  },
  {
    name: 'passed-through',
    about: 'products, customerInfo and members that nobody knows reach the terminal; metadata comes back',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const metadata = { order: 4711, nested: { list: [1, 'x', null] } };
      const asked = await stage.handsOver({
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
      const { till, terminal } = await stage.opens();
      for (const paymentMethod of ['CARD', 'CASH', 'MOBILE', 'OTHER']) {
        const asked = await stage.handsOver({ paymentMethod, currency: 'PHP' });
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
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
      const terminal = stage.anonymous[0]!;
      const till = await stage.till.connects();
      await terminal.connects();
      const shown = await till.gets({
        action: 'terminalStatusUpdate',
        status: 'connected',
        terminalId: TEXT,
      });
      const asked = till.pays(shown.connectionId!);
      await terminal.gets(paymentFrame(asked));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'terminal-by-connection-id',
    about: 'a terminal with a device id can be named by its connection id too',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const list = await till.asks({ action: 'getTerminals' }, { action: 'terminalsResponse' });
      const entry = list.terminals?.find(({ deviceId }) => deviceId === terminal.id);
      const asked = till.pays(entry?.connectionId ?? '');
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
      const { till, terminal } = await stage.opens();
      const other = await stage.tills[1]!.connects();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await other.getsNo('paymentComplete', asked.transactionId);
    },
  },
  {
    name: 'side-by-side',
    about: 'two tills pay at two terminals at once, and nothing gets mixed up',
    needs: { tills: 2, terminals: 2 },
    async play(stage) {
      await Promise.all([...stage.tills, ...stage.terminals].map((device) => device.connects()));
      const [one, two] = await Promise.all(
        stage.tills.map((till, i) => stage.handsOver({ amount: `${i + 1}.00` }, till, stage.terminals[i])),
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
      const { till, terminal } = await stage.opens();
      for (let i = 0; i < 5; i++) {
        const asked = await stage.handsOver();
        terminal.answers(asked, i % 2 ? 'FAILED' : 'SUCCESS');
        await till.gets(paymentComplete(asked, i % 2 ? 'FAILED' : 'SUCCESS'));
      }
    },
  },
]);
