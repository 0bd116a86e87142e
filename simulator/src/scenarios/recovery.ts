import {
  acknowledgement,
  errorFrame,
  givenUp,
  paymentComplete,
  paymentFrame,
} from '../conformance/contract.js';
import { UNCONFIRMING } from '../conformance/device.js';
import { scenarios, THROUGH_GRACE } from '../conformance/scenario.js';

export const RECOVERY = scenarios('recovery', 'chosen', [
  {
    name: 'drop-before-answer',
    about:
      'a terminal that drops in the middle of a payment is asked about it when it is back, not given it again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.drops();
      await till.sees(asked, { status: 'AWAITING_RECONNECT' });
      await terminal.comesBackTo(asked);
      await till.sees(asked, { status: 'PENDING' });
      await stage.ends(asked);
    },
  },
  {
    name: 'drop-before-acknowledging',
    about: 'a terminal whose network goes before it has read the payment says so, and gets it once more',
    layer: 'extensions',
    async play(stage) {
      const { terminal } = await stage.opens({ terminal: UNCONFIRMING });
      const asked = await stage.handsOver();
      await terminal.comesBackTo(asked);
      await terminal.getsOnceMore(asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'drop-after-approval',
    about: 'an approval that could not be sent is sent after the reconnect, acknowledged and told',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      await terminal.comesBack();
      await stage.ends(asked, 'SUCCESS', { authorizationCode: 'KEPT' });
      await terminal.gets(acknowledgement(asked));
    },
  },
  {
    name: 'answer-sent-and-gone',
    about: 'an answer is stored even if the terminal is gone before its acknowledgement',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.answers(asked, 'SUCCESS');
      await terminal.closes();
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await terminal.connects();
      await terminal.reports(asked, 'SUCCESS');
    },
  },
  {
    name: 'silent-after-reconnect',
    about: 'silence after an inquiry changes nothing: the payment waits, and is not sent again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      for (let i = 0; i < 3; i++) await terminal.comesBackTo(asked);
      await till.sees(asked, { status: 'PENDING' });
      await stage.ends(asked, 'CANCELLED');
    },
  },
  {
    name: 'unknown-asked-once',
    about: 'paymentUnknown leads to exactly one more hand-over for each inquiry',
    layer: 'extensions',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      await terminal.comesBackTo(asked);
      for (let i = 0; i < 2; i++) terminal.disowns(asked);
      await terminal.getsOnceMore(asked);
      await terminal.hasGot(asked, 2);
      await stage.ends(asked);
    },
  },
  {
    name: 'unknown-unasked',
    about: 'paymentUnknown without an inquiry does not bring a payment again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.disowns(asked);
      await terminal.catchesUp();
      await till.catchesUp();
      await terminal.hasGot(asked, 1);
      await stage.ends(asked);
    },
  },
  {
    name: 'unknown-of-another',
    about: 'paymentUnknown counts only from the terminal that was given the payment',
    layer: 'extensions',
    needs: { terminals: 2 },
    async play(stage) {
      const stranger = await stage.terminals[1]!.connects();
      const { terminal, asked } = await stage.begins();
      await terminal.comesBackTo(asked);
      stranger.disowns(asked);
      await stranger.gets(errorFrame('TRANSACTION_NOT_FOUND'));
      await terminal.hasGot(asked, 1);
      await stage.ends(asked);
    },
  },
  {
    name: 'never-comes-back',
    about: 'a terminal that stays away is given up with TERMINAL_DISCONNECTED, which is not safe to retry',
    waitsFor: THROUGH_GRACE,
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.drops();
      const { graceMs } = stage.times;
      await till.neverGets({ action: 'paymentComplete', transactionId: asked.transactionId }, graceMs / 3);
      await till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'), stage.after(graceMs));
      await terminal.connects();
      await stage.plays();
      // It owns up to the first one too, so that nothing is left open for the terminal.
      await terminal.reports(asked, 'FAILED');
    },
  },
  {
    name: 'anonymous-drop',
    about: 'a terminal without a device id that drops can not be waited for: the payment fails at once',
    needs: { terminals: 0, anonymous: 1 },
    async play(stage) {
      const { till, terminal, terminalId } = await stage.opensAnonymous();
      const asked = till.pays(terminalId);
      await terminal.gets(paymentFrame(asked));
      terminal.drops();
      await till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'));
    },
  },
  {
    name: 'displaced-in-payment',
    about: 'a terminal whose newer connection comes in the middle of a payment answers on that one',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      await terminal.displacesItself();
      await stage.ends(asked);
      await terminal.gets(acknowledgement(asked));
    },
  },
  {
    name: 'reconnect-storm',
    about: 'a terminal that comes and goes five times has the payment once and is heard in the end',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      for (let i = 0; i < 5; i++) await (i % 2 ? terminal.comesBack() : terminal.connects());
      await stage.ends(asked);
      await terminal.gets(acknowledgement(asked));
    },
  },
]);
