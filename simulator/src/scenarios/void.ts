import { paymentVoided, voidPayment } from '../conformance/contract.js';
import { scenarios, THROUGH_GRACE, THROUGH_SILENCE } from '../conformance/scenario.js';
import { ABSENT, extension } from '../conformance/shape.js';

/** Late approvals are voided by this policy only. */
const VOIDS = { latePolicy: 'void' } as const;

export const VOID = scenarios('void', 'chosen', [
  {
    name: 'late-approval-voided',
    about:
      'an approval that comes after the payment was given up is voided at the terminal and told as voided',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { till, terminal, asked } = await stage.beginsTooLate();
      await terminal.reports(asked, 'SUCCESS', { authorizationCode: 'LATE' });
      await terminal.gets(voidPayment(asked));
      await till.getsNo('paymentVoided', asked);
      await stage.voids(asked);
    },
  },
  {
    name: 'void-shown',
    about: 'until the terminal confirms the transaction is FAILED with voidPending, then VOIDED',
    layer: 'extensions',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { till, asked } = await stage.beginsTooLate();
      await stage.approvesLate(asked);
      await till.sees(asked, { status: 'FAILED', voidPending: true });
      await stage.voids(asked);
      await till.sees(asked, { status: 'VOIDED', voidReason: 'LATE_RECONNECTION', voidPending: ABSENT });
    },
  },
  {
    name: 'void-repeated',
    about: 'a void without an answer is sent again at the next reconnect, and no more once it is confirmed',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { terminal, asked } = await stage.beginsTooLate();
      await stage.approvesLate(asked);
      await terminal.comesBack();
      await terminal.gets(voidPayment(asked));
      await stage.voids(asked);
      await terminal.connects();
      await terminal.getsNo('voidPayment', asked);
    },
  },
  {
    name: 'void-refused',
    about: 'a void that the terminal refuses is no void: it is sent again at the next reconnect',
    layer: 'extensions',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { till, terminal, asked } = await stage.beginsTooLate();
      await stage.approvesLate(asked);
      terminal.answersVoid(asked, 'FAILED', { errorCode: 'HOST_DOWN' });
      const voidRefusal = { errorCode: 'HOST_DOWN' };
      await till.sees(asked, { status: 'FAILED', voidPending: true, voidRefusal });
      await till.getsNo('paymentVoided', asked);
      await terminal.connects();
      await terminal.gets(voidPayment(asked));
      await stage.voids(asked);
    },
  },
  {
    name: 'late-decline-recorded',
    about: 'a late refusal is acknowledged and kept, and nothing is voided or told again',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { till, terminal, asked } = await stage.beginsTooLate();
      await terminal.reports(asked, 'FAILED', { errorCode: 'DECLINED' });
      await terminal.getsNo('voidPayment', asked);
      await till.getsNo('paymentVoided', asked);
      till.compares(1, till.now.all('paymentComplete').length, 'one result at the till');
    },
  },
  {
    name: 'late-after-silence',
    about: 'an approval after NO_RESPONSE is voided like one after a disconnect',
    waitsFor: THROUGH_SILENCE,
    setup: VOIDS,
    async play(stage) {
      const { asked } = await stage.beginsUnanswered();
      await stage.approvesLate(asked);
      await stage.voids(asked);
    },
  },
  {
    name: 'void-told-after-absence',
    about: 'a till that was away when the void was confirmed is told when it is back',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { till, terminal, asked } = await stage.beginsTooLate();
      await stage.approvesLate(asked);
      await till.closes();
      terminal.answersVoid(asked, 'SUCCESS');
      await terminal.catchesUp();
      await till.connects();
      await till.gets(paymentVoided(asked, { recovered: extension(true) }));
    },
  },
  {
    name: 'free-while-void-waits',
    about: 'a terminal with a void that waits for its answer can be paid at',
    waitsFor: THROUGH_GRACE,
    setup: VOIDS,
    async play(stage) {
      const { asked } = await stage.beginsTooLate();
      await stage.approvesLate(asked);
      await stage.plays();
      await stage.voids(asked);
    },
  },
]);
