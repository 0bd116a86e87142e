import { acknowledgement, errorFrame, paymentComplete } from '../conformance/contract.js';
import { scenarios, THROUGH_SILENCE } from '../conformance/scenario.js';
import { ABSENT, extension, including, NUMBER, TIME } from '../conformance/shape.js';

/** As large as a receipt may be, in characters, beside the rest of the frame. */
const LARGE_RECEIPT = 60_000;

export const TERMINAL = scenarios('terminal', 'chosen', [
  {
    name: 'duplicate-result',
    about: 'a result sent three times is acknowledged three times and told once',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      for (let i = 0; i < 3; i++) terminal.answers(asked, 'SUCCESS', { authorizationCode: 'ONE' });
      for (let i = 0; i < 3; i++) await terminal.gets(acknowledgement(asked));
      await till.gets(paymentComplete(asked, 'SUCCESS', { authorizationCode: 'ONE' }));
      await till.getsNo('error');
      till.compares(1, till.now.all('paymentComplete').length, 'one result at the till');
    },
  },
  {
    name: 'contradicting-result',
    about: 'a result that contradicts the final one is acknowledged and changes nothing',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      const result = paymentComplete(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      await terminal.reports(asked, 'SUCCESS', { authorizationCode: 'FIRST' });
      await terminal.reports(asked, 'FAILED', { errorCode: 'SECOND_THOUGHTS' });
      await till.gets(result);
      till.repeats(asked);
      await till.gets(result);
    },
  },
  {
    name: 'contradiction-kept',
    about: 'a contradicting result is kept with the transaction',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await stage.ends(asked, 'FAILED', { errorCode: 'DECLINED' });
      await terminal.gets(acknowledgement(asked));
      await terminal.reports(asked, 'SUCCESS', { authorizationCode: 'AFTERWARDS' });
      const conflicts = including({ status: 'SUCCESS', authorizationCode: 'AFTERWARDS' });
      await till.sees(asked, { status: 'FAILED', conflicts });
    },
  },
  {
    name: 'result-of-another-terminal',
    about: 'a terminal can not answer a payment that another one was given',
    needs: { terminals: 2 },
    async play(stage) {
      const stranger = await stage.terminals[1]!.connects();
      const { asked } = await stage.begins();
      stranger.answers(asked, 'SUCCESS', { authorizationCode: 'STOLEN' });
      await stranger.gets(errorFrame('TRANSACTION_NOT_FOUND'));
      await stage.ends(asked, 'FAILED', { errorCode: 'DECLINED' });
    },
  },
  {
    name: 'result-of-nothing',
    about: 'a result of a payment that nobody asked for is refused',
    needs: { tills: 0 },
    async play({ terminal }) {
      await terminal.connects();
      terminal.answers({ transactionId: `nobody-asked-${Date.now()}` }, 'SUCCESS');
      await terminal.gets(errorFrame('TRANSACTION_NOT_FOUND'));
    },
  },
  {
    name: 'result-shapes',
    about: 'the id may stand inside only, and the action may be called paymentComplete',
    async play(stage) {
      const { till, terminal, asked: first } = await stage.begins();
      const { transactionId } = first;
      terminal.sends({ action: 'paymentResponse', paymentResponse: { transactionId, status: 'SUCCESS' } });
      await terminal.gets(acknowledgement(first));
      await till.gets(paymentComplete(first, 'SUCCESS'));
      const second = await stage.handsOver();
      const alias = { action: 'paymentComplete', transactionId: second.transactionId };
      terminal.sends({ ...alias, paymentResponse: { status: 'FAILED' } });
      await terminal.gets(acknowledgement(second));
      await till.gets(paymentComplete(second, 'FAILED'));
    },
  },
  {
    name: 'bad-result',
    about: 'a result with a status that nobody knows is refused, and the payment stays open for a good one',
    async play(stage) {
      const { terminal, asked } = await stage.begins();
      terminal.answers(asked, 'MAYBE');
      await terminal.gets({ action: 'error', error: 'Bad Request', code: extension('VALIDATION_FAILED') });
      await stage.ends(asked);
    },
  },
  {
    name: 'pending-keeps-open',
    about: 'PENDING is acknowledged and keeps the payment open; the final result follows',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      await terminal.reports(asked, 'PENDING');
      await till.getsNo('paymentComplete', asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'own-amount',
    about: 'what a terminal says of amount, currency, method and metadata wins over the request',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins({ metadata: { from: 'till' } });
      terminal.answers(asked, 'SUCCESS', { amount: '9.00', metadata: { from: 'terminal' } });
      const told = { amount: '9.00', currency: 'EUR', metadata: { from: 'terminal' } };
      await till.gets(paymentComplete(asked, 'SUCCESS', told));
    },
  },
  {
    name: 'large-receipt',
    about: 'receiptData of nearly 64 KiB reaches the till unaltered',
    async play(stage) {
      const { asked } = await stage.begins();
      const receiptData = { lines: ['ACME', '—'.repeat(LARGE_RECEIPT / 3), 'Thank you'] };
      await stage.ends(asked, 'SUCCESS', { receiptData });
    },
  },
  {
    name: 'stages',
    about: 'a till that asks for them sees accepted, sent, received and the stages of the terminal, in order',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens({ till: { headers: { 'x-extensions': 'progress' } } });
      const asked = till.pays(terminal.id);
      const { transactionId } = asked;
      const status = (name: string) => ({
        ...{ action: 'paymentStatus', transactionId, stage: name },
        ...{ transactionVersion: NUMBER, timestamp: TIME },
      });
      for (const name of ['accepted', 'sent', 'received']) await till.gets(status(name));
      terminal.showsStage(asked, 'WAITING_FOR_CARD', { message: 'Tap' });
      await till.gets({ ...status('WAITING_FOR_CARD'), message: 'Tap' });
      const { transactionVersion = 0 } = await stage.ends(asked);
      const versions = till.now.all('paymentStatus').map((frame) => frame.transactionVersion ?? Infinity);
      const sorted = [...versions, transactionVersion].sort((a, b) => a - b);
      till.compares(sorted, [...versions, transactionVersion], 'versions that never fall');
    },
  },
  {
    name: 'no-stages-unasked',
    about: 'a till that did not ask for stages sees none',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      terminal.showsStage(asked, 'PIN');
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS', { stage: ABSENT }));
      await till.getsNo('paymentStatus');
    },
  },
  {
    name: 'never-answers',
    about: 'a terminal that stays connected and never answers is given up with NO_RESPONSE, and is free then',
    waitsFor: THROUGH_SILENCE,
    async play(stage) {
      await stage.beginsUnanswered();
      await stage.plays();
    },
  },
]);
