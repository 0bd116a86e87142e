import { paymentFrame, recovered, type Known } from '../conformance/contract.js';
import { UNCONFIRMING } from '../conformance/device.js';
import { Mismatch } from '../conformance/mismatch.js';
import { newRequest } from '../conformance/request.js';
import { scenarios, type Scenario } from '../conformance/scenario.js';
import { extension, including } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';

/** Rounds of a race; in each, the moment is a different one. */
const ROUNDS = 24;
/** Frames that keep the gateway busy with a connection while a newer one comes. */
const BACKLOG = 14;

/** Of scenarios for which a connection must be found dead. */
const throughHeartbeat: Scenario['waitsFor'] = ({ heartbeatMs }) => heartbeatMs;

export const NETWORK = scenarios('network', 'chosen', [
  {
    name: 'till-away-at-result',
    about: 'a result that came while the till was away is delivered when it is back, marked as recovered',
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      till.drops();
      await terminal.reports(asked, 'SUCCESS');
      await till.connects();
      await till.gets(recovered(asked));
    },
  },
  {
    name: 'till-hangs-at-result',
    about: 'a push that the till has not confirmed counts as undelivered and comes again, as the same event',
    async play(stage) {
      const { till, asked } = await stage.begins({}, { till: UNCONFIRMING });
      const { eventId = '' } = await stage.ends(asked);
      await till.comesBack();
      await till.gets(recovered(asked, { eventId: extension(eventId) }));
    },
  },
  {
    name: 'delivered-once-when-confirmed',
    about: 'a push that was confirmed does not come again',
    layer: 'extensions',
    async play(stage) {
      const { till, asked } = await stage.begins();
      await stage.ends(asked);
      await till.sees(asked, { timeline: including({ event: 'receipted' }) });
      await till.closes();
      await till.connects();
      await till.getsNo('paymentComplete', asked);
    },
  },
  {
    name: 'acknowledged-by-till',
    about: 'ack confirms a push as well as the WebSocket layer does',
    layer: 'extensions',
    async play(stage) {
      const { till, asked } = await stage.begins({}, { till: UNCONFIRMING });
      const { eventId } = await stage.ends(asked);
      till.sends({ action: 'ack', eventId });
      await till.catchesUp();
      await till.comesBack();
      await till.getsNo('paymentComplete', asked);
    },
  },
  {
    name: 'till-displaced',
    about: 'a till that displaces itself in the middle of a payment gets the result on the newer connection',
    async play(stage) {
      const { till, asked } = await stage.begins();
      const older = await till.displacesItself();
      await stage.ends(asked);
      till.compares(0, older.all('paymentComplete').length, 'no result on the older connection');
    },
  },
  {
    name: 'till-asks-and-drops',
    about: 'a till that drops right after asking asks again under the same id: one payment, one result',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = till.pays(terminal.id);
      // The request is on the wire before the connection ends.
      await till.closes();
      await till.connects();
      till.repeats(asked);
      await terminal.gets(paymentFrame(asked));
      terminal.answers(asked, 'SUCCESS');
      await till.gets({ action: 'paymentComplete', transactionId: asked.transactionId });
      await terminal.catchesUp();
    },
  },
  {
    name: 'half-open-terminal',
    about: 'a terminal whose cable is pulled is noticed by its silence; the payment waits for it',
    layer: 'extensions',
    waitsFor: throughHeartbeat,
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      till.forgetsNews();
      terminal.freezes();
      await till.hears(terminal.shown, 'reconnecting', stage.after(stage.times.heartbeatMs));
      await terminal.comesBackTo(asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'half-open-at-payment',
    about: 'a payment written into a dead connection is asked about, disowned and handed over once more',
    layer: 'extensions',
    waitsFor: throughHeartbeat,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      till.forgetsNews();
      terminal.freezes();
      const asked = till.pays(terminal.id);
      await till.hears(terminal.shown, 'reconnecting', stage.after(stage.times.heartbeatMs));
      await terminal.comesBackTo(asked);
      await terminal.getsOnceMore(asked);
      await stage.ends(asked);
    },
  },
  {
    name: 'half-open-till',
    about: 'a result written into a dead connection of a till comes again on the next one',
    waitsFor: throughHeartbeat,
    async play(stage) {
      const { till, terminal, asked } = await stage.begins();
      till.freezes();
      await terminal.reports(asked, 'SUCCESS');
      await till.comesBack();
      await till.gets(recovered(asked));
    },
  },
  {
    name: 'stale-confirmation',
    about:
      'what a displaced connection confirms does not count for the newer one, which has confirmed nothing',
    layer: 'extensions',
    async play(stage) {
      const { till, asked } = await stage.begins({}, { till: UNCONFIRMING });
      const first = till.now;
      await stage.ends(asked);
      await till.catchesUp();
      // Else it would read that it is displaced, and close.
      first.freeze();
      await till.connects(UNCONFIRMING);
      await till.gets(recovered(asked));
      first.answerPings();
      for (let i = 0; i < 5; i++) await till.catchesUp();
      await till.comesBack();
      await till.gets(recovered(asked));
    },
  },
  {
    name: 'stale-request-not-executed',
    about:
      'TRANSACTION_NOT_FOUND on a new connection is final: what was under way on the older one is not executed',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const letGo: string[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const opening = till.opens();
        // Handled one after the other, these keep the request behind them waiting while the newer connection comes.
        for (let i = 0; i < BACKLOG; i++) till.sends({ action: 'getTerminals', includeOffline: true });
        const request = newRequest();
        till.sends({ action: 'payment', terminalId: terminal.id, paymentRequest: request });
        await opening;
        if (await till.knows(request.transactionId)) await finish(stage, request);
        else letGo.push(request.transactionId);
      }
      await terminal.catchesUp();
      const executed = letGo.filter((transactionId) => terminal.timesGiven(transactionId) > 0);
      if (executed.length > 0) {
        throw new Mismatch(
          'a payment that the gateway did not know of never to reach the terminal',
          `the terminal got ${executed.join(', ')}`,
        );
      }
    },
  },
]);

/** Brings a payment that was executed after all to its end, so that the terminal is free for the next round. */
async function finish({ till, terminal }: Stage, { transactionId }: Known): Promise<void> {
  await terminal.gets({ action: 'payment', transactionId });
  await terminal.reports({ transactionId }, 'CANCELLED');
  await till.catchesUp();
}
