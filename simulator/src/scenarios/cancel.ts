import { cancelResponse, errorFrame, paymentComplete } from '../conformance/contract.js';
import { scenarios } from '../conformance/scenario.js';

export const CANCEL = scenarios('cancel', 'extensions', [
  {
    name: 'cancel-agreed',
    about: 'the terminal agrees: CANCELLED, and the result says so too',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.cancels(asked);
      terminal.answersCancel(asked, 'CANCELLED');
      await till.gets(cancelResponse(asked, 'CANCELLED'));
      await till.gets(paymentComplete(asked, 'CANCELLED'));
    },
  },
  {
    name: 'cancel-too-late',
    about: 'the terminal can not cancel any more: TOO_LATE, and its result counts',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.cancels(asked);
      terminal.answersCancel(asked, 'TOO_LATE');
      await till.gets(cancelResponse(asked, 'TOO_LATE'));
      await stage.ends(asked);
    },
  },
  {
    name: 'cancel-overtaken',
    about: 'a result that comes before the answer to a cancel decides: TOO_LATE',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.cancels(asked);
      terminal.answers(asked, 'SUCCESS');
      await till.gets(cancelResponse(asked, 'TOO_LATE'));
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'cancel-after-final',
    about: 'a payment that is over can not be cancelled, and the terminal is not bothered',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.ends(asked);
      till.cancels(asked);
      await till.gets(cancelResponse(asked, 'TOO_LATE'));
      await terminal.getsNo('cancelPayment', asked);
    },
  },
  {
    name: 'cancel-unanswered',
    about: 'a terminal that says nothing to a cancel: UNKNOWN in time, and the payment goes on',
    waitsFor: ({ cancelMs }) => cancelMs,
    async play(stage) {
      const { till, asked } = await stage.begins();
      till.cancels(asked);
      await till.catchesUp();
      await till.gets(cancelResponse(asked, 'UNKNOWN'), stage.after(stage.times.cancelMs));
      await stage.ends(asked);
    },
  },
  {
    name: 'cancel-terminal-away',
    about: 'a cancel of a payment whose terminal is away: UNKNOWN, and the terminal decides when it is back',
    waitsFor: ({ cancelMs }) => cancelMs,
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.drops();
      await till.sees(asked, { status: 'AWAITING_RECONNECT' });
      till.cancels(asked);
      await till.gets(cancelResponse(asked, 'UNKNOWN'), stage.after(stage.times.cancelMs));
      await terminal.connects();
      await stage.ends(asked, 'CANCELLED');
    },
  },
  {
    name: 'cancel-of-nothing',
    about: 'a cancel of a payment that the group does not have is refused',
    async alone(till) {
      till.cancels({ transactionId: `nothing-${Date.now()}` });
      await till.gets(errorFrame('TRANSACTION_NOT_FOUND'));
    },
  },
  {
    name: 'cancel-by-another-till',
    about: 'another till of the group may cancel, and gets the result as well',
    needs: { tills: 2 },
    async play(stage) {
      const other = await stage.tills[1]!.connects();
      const { till, terminal, asked } = await stage.begins();
      await stage.cancels(asked, other);
      terminal.answersCancel(asked, 'CANCELLED');
      await other.gets(cancelResponse(asked, 'CANCELLED'));
      await Promise.all([till, other].map((asker) => asker.gets(paymentComplete(asked, 'CANCELLED'))));
    },
  },
  {
    name: 'approval-after-cancel',
    about: 'CANCELLED is final by itself: an approval after it is acknowledged and changes nothing',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.cancels(asked);
      terminal.answersCancel(asked, 'CANCELLED');
      await till.gets(paymentComplete(asked, 'CANCELLED'));
      await terminal.reports(asked, 'SUCCESS');
      await till.sees(asked, { status: 'CANCELLED' });
    },
  },
]);
