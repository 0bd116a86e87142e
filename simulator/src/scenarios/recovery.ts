import {
  acknowledgement,
  errorFrame,
  givenUp,
  inquiry,
  paymentComplete,
  paymentFrame,
} from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, TEXT } from '../conformance/shape.js';

export const RECOVERY = scenarios('recovery', 'chosen', [
  {
    name: 'drop-before-answer',
    about:
      'a terminal that drops in the middle of a payment is asked about it when it is back, not given it again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.drops();
      await till.sees(asked, { status: 'AWAITING_RECONNECT' });
      await terminal.connects();
      await terminal.gets(inquiry(asked));
      await till.sees(asked, { status: 'PENDING' });
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'drop-before-acknowledging',
    about: 'a terminal whose network goes before it has read the payment says so, and gets it once more',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = stage;
      await till.connects();
      // What it reads it does not confirm, so the gateway can not know that it has it.
      await terminal.connects({ socket: { autoPong: false } });
      const asked = till.pays(terminal.id);
      await terminal.gets(paymentFrame(asked));
      terminal.drops();
      await terminal.connects();
      await terminal.gets(inquiry(asked));
      terminal.disowns(asked);
      await terminal.gets(paymentFrame(asked));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'drop-after-approval',
    about: 'an approval that could not be sent is sent after the reconnect, acknowledged and told',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.drops();
      await terminal.connects();
      terminal.answers(asked, 'SUCCESS', { authorizationCode: 'KEPT' });
      await terminal.gets(acknowledgement(asked.transactionId));
      await till.gets(paymentComplete(asked, 'SUCCESS', { authorizationCode: 'KEPT' }));
    },
  },
  {
    name: 'answer-sent-and-gone',
    about: 'an answer is stored even if the terminal is gone before its acknowledgement',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      await terminal.closes();
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await terminal.connects();
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(acknowledgement(asked.transactionId));
    },
  },
  {
    name: 'silent-after-reconnect',
    about: 'silence after an inquiry changes nothing: the payment waits, and is not sent again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      for (let i = 0; i < 3; i++) {
        terminal.drops();
        await terminal.connects();
        await terminal.gets(inquiry(asked));
      }
      await till.sees(asked, { status: 'PENDING' });
      terminal.answers(asked, 'CANCELLED');
      await till.gets(paymentComplete(asked, 'CANCELLED'));
    },
  },
  {
    name: 'unknown-asked-once',
    about: 'paymentUnknown leads to exactly one more hand-over for each inquiry',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.drops();
      await terminal.connects();
      await terminal.gets(inquiry(asked));
      const { transactionId } = asked;
      for (let i = 0; i < 3; i++) terminal.disowns(asked);
      await terminal.gets(paymentFrame(asked));
      await terminal.now.roundTrip(stage.after(0));
      terminal.compares(2, terminal.timesGiven(transactionId), 'the payment twice, once for its inquiry');
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'unknown-unasked',
    about: 'paymentUnknown without an inquiry does not bring a payment again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.disowns(asked);
      await terminal.now.roundTrip(stage.after(0));
      await till.now.roundTrip(stage.after(0));
      await terminal.now.roundTrip(stage.after(0));
      terminal.compares(1, terminal.timesGiven(asked.transactionId), 'the payment once');
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'unknown-of-another',
    about: 'paymentUnknown counts only from the terminal that was given the payment',
    layer: 'extensions',
    needs: { terminals: 2 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const stranger = await stage.terminals[1]!.connects();
      const asked = await stage.handsOver();
      terminal.drops();
      await terminal.connects();
      await terminal.gets(inquiry(asked));
      stranger.disowns(asked);
      await stranger.gets(errorFrame('TRANSACTION_NOT_FOUND'));
      await terminal.now.roundTrip(stage.after(0));
      terminal.compares(1, terminal.timesGiven(asked.transactionId), 'the payment once');
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'never-comes-back',
    about: 'a terminal that stays away is given up with TERMINAL_DISCONNECTED, which is not safe to retry',
    waitsFor: ({ graceMs }) => graceMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.drops();
      const { graceMs } = stage.times;
      await till.neverGets({ action: 'paymentComplete', transactionId: asked.transactionId }, graceMs / 3);
      await till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'), stage.after(graceMs));
      await terminal.connects();
      const next = await stage.handsOver();
      terminal.answers(next, 'SUCCESS');
      await till.gets(paymentComplete(next, 'SUCCESS'));
      // It owns up to the first one too, so that nothing is left open for the terminal.
      terminal.answers(asked, 'FAILED');
      await terminal.gets(acknowledgement(asked.transactionId));
    },
  },
  {
    name: 'anonymous-drop',
    about: 'a terminal without a device id that drops can not be waited for: the payment fails at once',
    needs: { terminals: 0, anonymous: 1 },
    async play(stage) {
      const till = await stage.till.connects();
      const terminal = stage.anonymous[0]!;
      await terminal.connects();
      const shown = await till.gets({
        action: 'terminalStatusUpdate',
        status: 'connected',
        terminalId: TEXT,
      });
      const asked = till.pays(shown.connectionId!);
      await terminal.gets(paymentFrame(asked));
      terminal.drops();
      await till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'));
    },
  },
  {
    name: 'displaced-in-payment',
    about: 'a terminal whose newer connection comes in the middle of a payment answers on that one',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const first = terminal.now;
      await terminal.connects();
      await terminal.isClosedWith(4001, undefined, first);
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(acknowledgement(asked.transactionId));
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'reconnect-storm',
    about: 'a terminal that comes and goes five times has the payment once and is heard in the end',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      for (let i = 0; i < 5; i++) {
        if (i % 2) terminal.drops();
        await terminal.connects();
      }
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(acknowledgement(asked.transactionId));
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), eventId: extension(TEXT) });
    },
  },
]);
