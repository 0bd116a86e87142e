import { cancelPayment, cancelResponse, errorFrame, paymentComplete } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';

export const CANCEL = scenarios('cancel', 'extensions', [
  {
    name: 'cancel-agreed',
    about: 'the terminal agrees: CANCELLED, and the result says so too',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      till.sends({ action: 'cancelPayment', transactionId });
      await terminal.gets(cancelPayment(asked));
      terminal.sends({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
      await till.gets(cancelResponse(transactionId, 'CANCELLED'));
      await till.gets(paymentComplete(asked, 'CANCELLED'));
    },
  },
  {
    name: 'cancel-too-late',
    about: 'the terminal can not cancel any more: TOO_LATE, and its result counts',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      till.sends({ action: 'cancelPayment', transactionId });
      await terminal.gets(cancelPayment(asked));
      terminal.sends({ action: 'cancelResponse', transactionId, status: 'TOO_LATE' });
      await till.gets(cancelResponse(transactionId, 'TOO_LATE'));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'cancel-overtaken',
    about: 'a result that comes before the answer to a cancel decides: TOO_LATE',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      till.sends({ action: 'cancelPayment', transactionId });
      await terminal.gets(cancelPayment(asked));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(cancelResponse(transactionId, 'TOO_LATE'));
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'cancel-after-final',
    about: 'a payment that is over can not be cancelled, and the terminal is not bothered',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await till.asks({ action: 'cancelPayment', transactionId }, cancelResponse(transactionId, 'TOO_LATE'));
      await terminal.getsNo('cancelPayment', transactionId);
    },
  },
  {
    name: 'cancel-unanswered',
    about: 'a terminal that says nothing to a cancel: UNKNOWN in time, and the payment goes on',
    waitsFor: ({ cancelMs }) => cancelMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      till.sends({ action: 'cancelPayment', transactionId });
      await till.now.roundTrip(stage.after(0));
      await till.gets(cancelResponse(transactionId, 'UNKNOWN'), stage.after(stage.times.cancelMs));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'cancel-terminal-away',
    about: 'a cancel of a payment whose terminal is away: UNKNOWN, and the terminal decides when it is back',
    waitsFor: ({ cancelMs }) => cancelMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      terminal.drops();
      await till.sees(asked, { status: 'AWAITING_RECONNECT' });
      const answer = cancelResponse(transactionId, 'UNKNOWN');
      await till.asks({ action: 'cancelPayment', transactionId }, answer, stage.after(stage.times.cancelMs));
      await terminal.connects();
      terminal.answers(asked, 'CANCELLED');
      await till.gets({ action: 'paymentComplete', transactionId });
    },
  },
  {
    name: 'cancel-of-nothing',
    about: 'a cancel of a payment that the group does not have is refused',
    needs: { terminals: 0 },
    async play({ till }) {
      await till.connects();
      const transactionId = `nothing-${Date.now()}`;
      await till.asks({ action: 'cancelPayment', transactionId }, errorFrame('TRANSACTION_NOT_FOUND'));
    },
  },
  {
    name: 'cancel-by-another-till',
    about: 'another till of the group may cancel, and gets the result as well',
    needs: { tills: 2 },
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const other = await stage.tills[1]!.connects();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      other.sends({ action: 'cancelPayment', transactionId });
      await terminal.gets(cancelPayment(asked));
      terminal.sends({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
      await other.gets(cancelResponse(transactionId, 'CANCELLED'));
      await Promise.all([till, other].map((asker) => asker.gets(paymentComplete(asked, 'CANCELLED'))));
    },
  },
  {
    name: 'approval-after-cancel',
    about: 'CANCELLED is final by itself: an approval after it is acknowledged and changes nothing',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const { transactionId } = asked;
      till.sends({ action: 'cancelPayment', transactionId });
      await terminal.gets(cancelPayment(asked));
      terminal.sends({ action: 'cancelResponse', transactionId, status: 'CANCELLED' });
      await till.gets(paymentComplete(asked, 'CANCELLED'));
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets({ action: 'paymentResponseAck', transactionId });
      await till.sees(asked, { status: 'CANCELLED' });
    },
  },
]);
