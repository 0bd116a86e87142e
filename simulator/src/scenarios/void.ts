import {
  acknowledgement,
  givenUp,
  paymentComplete,
  paymentVoided,
  voidPayment,
  type Asked,
} from '../conformance/contract.js';
import { scenarios, type Scenario } from '../conformance/scenario.js';
import { ABSENT, extension } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';

const throughGrace: Scenario['waitsFor'] = ({ graceMs }) => graceMs;

/** A payment that was given up because its terminal stayed away too long, and the terminal back again. */
async function givesUp(stage: Stage): Promise<Asked> {
  const { till, terminal } = await stage.opens();
  const asked = await stage.handsOver();
  terminal.drops();
  await till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'), stage.after(stage.times.graceMs));
  await terminal.connects();
  return asked;
}

export const VOID = scenarios('void', 'chosen', [
  {
    name: 'late-approval-voided',
    about:
      'an approval that comes after the payment was given up is voided at the terminal and told as voided',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'SUCCESS', { authorizationCode: 'LATE' });
      await terminal.gets(acknowledgement(asked.transactionId));
      await terminal.gets(voidPayment(asked));
      await till.getsNo('paymentVoided', asked.transactionId);
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
    },
  },
  {
    name: 'void-shown',
    about: 'until the terminal confirms the transaction is FAILED with voidPending, then VOIDED',
    layer: 'extensions',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      await till.sees(asked, { status: 'FAILED', voidPending: true });
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
      await till.sees(asked, { status: 'VOIDED', voidReason: 'LATE_RECONNECTION', voidPending: ABSENT });
    },
  },
  {
    name: 'void-repeated',
    about: 'a void without an answer is sent again at the next reconnect, and no more once it is confirmed',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      terminal.drops();
      await terminal.connects();
      await terminal.gets(voidPayment(asked));
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
      await terminal.connects();
      await terminal.getsNo('voidPayment', asked.transactionId);
    },
  },
  {
    name: 'void-refused',
    about: 'a void that the terminal refuses is no void: it is sent again at the next reconnect',
    layer: 'extensions',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      const { transactionId } = asked;
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      terminal.sends({ action: 'voidResponse', transactionId, status: 'FAILED', errorCode: 'HOST_DOWN' });
      await till.sees(asked, {
        status: 'FAILED',
        voidPending: true,
        voidRefusal: { errorCode: 'HOST_DOWN' },
      });
      await till.getsNo('paymentVoided', transactionId);
      await terminal.connects();
      await terminal.gets(voidPayment(asked));
      terminal.sends({ action: 'voidResponse', transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
    },
  },
  {
    name: 'late-decline-recorded',
    about: 'a late refusal is acknowledged and kept, and nothing is voided or told again',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'FAILED', { errorCode: 'DECLINED' });
      await terminal.gets(acknowledgement(asked.transactionId));
      await terminal.getsNo('voidPayment', asked.transactionId);
      await till.getsNo('paymentVoided', asked.transactionId);
      till.compares(1, till.now.all('paymentComplete').length, 'one result at the till');
    },
  },
  {
    name: 'late-after-silence',
    about: 'an approval after NO_RESPONSE is voided like one after a disconnect',
    waitsFor: ({ paymentTimeoutMs }) => paymentTimeoutMs || undefined,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      await till.gets(givenUp(asked, 'NO_RESPONSE'), stage.after(stage.times.paymentTimeoutMs));
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
    },
  },
  {
    name: 'void-told-after-absence',
    about: 'a till that was away when the void was confirmed is told when it is back',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      await till.closes();
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await terminal.now.roundTrip(stage.after(0));
      await till.connects();
      await till.gets(paymentVoided(asked, { recovered: extension(true) }));
    },
  },
  {
    name: 'free-while-void-waits',
    about: 'a terminal with a void that waits for its answer can be paid at',
    waitsFor: throughGrace,
    async play(stage) {
      const { till, terminal } = stage;
      const asked = await givesUp(stage);
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(voidPayment(asked));
      const next = await stage.handsOver();
      terminal.answers(next, 'SUCCESS');
      await till.gets(paymentComplete(next, 'SUCCESS'));
      terminal.sends({ action: 'voidResponse', transactionId: asked.transactionId, status: 'SUCCESS' });
      await till.gets(paymentVoided(asked));
    },
  },
]);
