import { correction } from '../conformance/contract.js';
import { scenarios, THROUGH_GRACE, THROUGH_SILENCE } from '../conformance/scenario.js';
import { extension } from '../conformance/shape.js';

/** What becomes of a result that comes after its payment was given up, where approvals are delivered and not voided. */
export const LATE = scenarios(
  'late',
  'extensions',
  [
    {
      name: 'late-approval-delivered',
      about:
        'an approval that comes after the payment was given up becomes the outcome, told as a correction',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked, told } = await stage.beginsTooLate();
        await terminal.reports(asked, 'SUCCESS', { authorizationCode: 'LATE' });
        const corrected = await till.gets(correction(asked, { authorizationCode: 'LATE' }));
        till.compares(true, corrected.eventId !== told.eventId, 'an eventId of its own');
        const isNewer = corrected.transactionVersion! > told.transactionVersion!;
        till.compares(true, isNewer, 'a version above that of the failure');
        await till.sees(asked, { status: 'COMPLETED', response: { authorizationCode: 'LATE' } });
      },
    },
    {
      name: 'late-approval-not-voided',
      about: 'an approval that is delivered is not voided, not even after a reconnect',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsTooLate();
        terminal.answers(asked, 'SUCCESS');
        await till.gets(correction(asked));
        await terminal.getsNo('voidPayment', asked);
        await terminal.comesBack();
        await terminal.getsNo('voidPayment', asked);
        await till.getsNo('paymentVoided', asked);
      },
    },
    {
      name: 'late-approval-after-silence',
      about: 'an approval after NO_RESPONSE is delivered like one after a disconnect',
      waitsFor: THROUGH_SILENCE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsUnanswered();
        terminal.answers(asked, 'SUCCESS');
        await till.gets(correction(asked));
      },
    },
    {
      name: 'late-approval-said-twice',
      about: 'a late approval that is repeated is acknowledged and told once',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsTooLate();
        for (let i = 0; i < 2; i++) await terminal.reports(asked, 'SUCCESS');
        await till.gets(correction(asked));
        await till.catchesUp();
        till.compares(2, till.now.all('paymentComplete').length, 'the failure and one correction');
      },
    },
    {
      name: 'late-decline-not-told',
      about: 'a late refusal is acknowledged, and the payment stays failed as it was told',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsTooLate();
        await terminal.reports(asked, 'FAILED', { errorCode: 'DECLINED' });
        await till.sees(asked, { status: 'FAILED', response: { errorCode: 'TERMINAL_DISCONNECTED' } });
        till.compares(1, till.now.all('paymentComplete').length, 'one result at the till');
      },
    },
    {
      name: 'late-told-after-absence',
      about: 'a till that was away when the approval came is told of it when it is back',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsTooLate();
        await till.closes();
        await terminal.reports(asked, 'SUCCESS');
        await till.connects();
        await till.gets(correction(asked, {}, { recovered: extension(true) }));
      },
    },
    {
      name: 'late-outcome-repeated',
      about:
        'the same request after a late approval brings the approval, as the same event, and not the payment',
      waitsFor: THROUGH_GRACE,
      async play(stage) {
        const { till, terminal, asked } = await stage.beginsTooLate();
        terminal.answers(asked, 'SUCCESS');
        const { eventId = '' } = await till.gets(correction(asked));
        till.repeats(asked);
        await till.gets(correction(asked, {}, { eventId: extension(eventId) }));
        await terminal.hasGot(asked, 1);
      },
    },
  ],
  { setup: { latePolicy: 'deliver' } },
);
