import {
  acknowledgement,
  inquiry,
  paymentComplete,
  paymentFrame,
  statusUpdate,
} from '../conformance/contract.js';
import { Mismatch, newRequest } from '../conformance/devices.js';
import { scenarios } from '../conformance/scenario.js';
import { extension, including } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';

/** Rounds of a race; in each, the moment is a different one. */
const ROUNDS = 24;
/** Frames that keep the gateway busy with a connection while a newer one comes. */
const BACKLOG = 14;

export const NETWORK = scenarios('network', 'chosen', [
  {
    name: 'till-away-at-result',
    about: 'a result that came while the till was away is delivered when it is back, marked as recovered',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      till.drops();
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(acknowledgement(asked.transactionId));
      await till.connects();
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), recovered: extension(true) });
    },
  },
  {
    name: 'till-hangs-at-result',
    about: 'a push that the till has not confirmed counts as undelivered and comes again, as the same event',
    async play(stage) {
      const { till, terminal } = stage;
      await terminal.connects();
      await till.connects({ socket: { autoPong: false } });
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      const { eventId = '' } = await till.gets(paymentComplete(asked, 'SUCCESS'));
      till.drops();
      await till.connects();
      const again = { eventId: extension(eventId), recovered: extension(true) };
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), ...again });
    },
  },
  {
    name: 'delivered-once-when-confirmed',
    about: 'a push that was confirmed does not come again',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await till.sees(asked, { timeline: including({ event: 'receipted' }) });
      await till.closes();
      await till.connects();
      await till.getsNo('paymentComplete', asked.transactionId);
    },
  },
  {
    name: 'acknowledged-by-till',
    about: 'ack confirms a push as well as the WebSocket layer does',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = stage;
      await terminal.connects();
      await till.connects({ socket: { autoPong: false } });
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      const { eventId } = await till.gets(paymentComplete(asked, 'SUCCESS'));
      till.sends({ action: 'ack', eventId });
      await till.now.roundTrip(stage.after(0));
      till.drops();
      await till.connects();
      await till.getsNo('paymentComplete', asked.transactionId);
    },
  },
  {
    name: 'till-displaced',
    about: 'a till that displaces itself in the middle of a payment gets the result on the newer connection',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      const first = till.now;
      await till.connects();
      await till.isClosedWith(4001, undefined, first);
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      till.compares(0, first.all('paymentComplete').length, 'no result on the older connection');
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
      await terminal.now.roundTrip(stage.after(0));
    },
  },
  {
    name: 'half-open-terminal',
    about: 'a terminal whose cable is pulled is noticed by its silence; the payment waits for it',
    layer: 'extensions',
    waitsFor: ({ heartbeatMs }) => heartbeatMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      till.now.forget('terminalStatusUpdate');
      terminal.freezes();
      const { id: terminalId, key } = terminal;
      const gone = statusUpdate({ terminalId, deviceId: terminalId, groupId: key.groupId }, 'reconnecting');
      await till.gets(gone, stage.after(stage.times.heartbeatMs));
      terminal.drops();
      await terminal.connects();
      await terminal.gets(inquiry(asked));
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
    },
  },
  {
    name: 'half-open-at-payment',
    about: 'a payment written into a dead connection is asked about, disowned and handed over once more',
    layer: 'extensions',
    waitsFor: ({ heartbeatMs }) => heartbeatMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      till.now.forget('terminalStatusUpdate');
      terminal.freezes();
      const asked = till.pays(terminal.id);
      const gone = { action: 'terminalStatusUpdate', terminalId: terminal.id, status: 'reconnecting' };
      await till.gets(gone, stage.after(stage.times.heartbeatMs));
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
    name: 'half-open-till',
    about: 'a result written into a dead connection of a till comes again on the next one',
    waitsFor: ({ heartbeatMs }) => heartbeatMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const asked = await stage.handsOver();
      till.freezes();
      terminal.answers(asked, 'SUCCESS');
      await terminal.gets(acknowledgement(asked.transactionId));
      till.drops();
      await till.connects();
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), recovered: extension(true) });
    },
  },
  {
    name: 'stale-confirmation',
    about:
      'what a displaced connection confirms does not count for the newer one, which has confirmed nothing',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = stage;
      const mute = { socket: { autoPong: false } };
      await terminal.connects();
      await till.connects(mute);
      const first = till.now;
      const asked = await stage.handsOver();
      terminal.answers(asked, 'SUCCESS');
      await till.gets(paymentComplete(asked, 'SUCCESS'));
      await till.now.roundTrip(stage.after(0));
      // Else it would read that it is displaced, and close.
      first.freeze();
      await till.connects(mute);
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), recovered: extension(true) });
      first.answerPings();
      for (let i = 0; i < 5; i++) await till.now.roundTrip(stage.after(0));
      till.drops();
      await till.connects();
      await till.gets({ ...paymentComplete(asked, 'SUCCESS'), recovered: extension(true) });
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
        if (await till.knows(request.transactionId)) await finish(stage, request.transactionId);
        else letGo.push(request.transactionId);
      }
      await terminal.now.roundTrip(stage.after(0));
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
async function finish(stage: Stage, transactionId: string): Promise<void> {
  const { till, terminal } = stage;
  await terminal.gets({ action: 'payment', transactionId });
  terminal.answers({ transactionId }, 'CANCELLED');
  await terminal.gets(acknowledgement(transactionId));
  await till.now.roundTrip(stage.after(0));
}
