import { CLOSE, forceDisconnect, paymentComplete, statusUpdate } from '../conformance/contract.js';
import { Mismatch } from '../conformance/devices.js';
import { scenarios } from '../conformance/scenario.js';
import { chosen, extension, including, NUMBER, oneOf, TEXT, TIME } from '../conformance/shape.js';
import type { Stage } from '../conformance/stage.js';

/** A terminal of the stage as status updates show it. */
const shown = ({ terminal }: Stage) => ({
  terminalId: terminal.id,
  deviceId: terminal.id,
  groupId: terminal.key.groupId,
});

export const PRESENCE = scenarios('presence', 'published', [
  {
    name: 'list',
    about: 'getTerminals shows every terminal of the group with all members',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const entry = {
        connectionId: TEXT,
        deviceId: terminal.id,
        terminalId: extension(terminal.id),
        connectedAt: TIME,
        lastActivity: TIME,
        status: 'online',
        metadata: {},
      };
      const list = { action: 'terminalsResponse', terminals: including(entry), timestamp: TIME };
      await till.asks({ action: 'getTerminals' }, { ...list, count: extension(NUMBER) });
    },
  },
  {
    name: 'list-offline',
    about: 'configured terminals that are away are listed only for includeOffline, without a connection',
    layer: 'extensions',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await terminal.closes();
      await till.gets(statusUpdate(shown(stage), 'reconnecting'));
      const away = { deviceId: terminal.id, status: oneOf('reconnecting', 'offline') };
      const list = await till.asks(
        { action: 'getTerminals', includeOffline: true },
        { action: 'terminalsResponse', terminals: including(away) },
      );
      const entry = list.terminals!.find(({ deviceId }) => deviceId === terminal.id)!;
      if ('connectionId' in entry) {
        throw new Mismatch('no connectionId of a terminal that is away', JSON.stringify(entry));
      }
    },
  },
  {
    name: 'status-updates',
    about: 'connected, reconnecting and disconnected, each with exactly its members',
    waitsFor: ({ graceMs }) => graceMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await terminal.connects();
      await till.gets(statusUpdate(shown(stage), 'connected'));
      till.now.forget('terminalStatusUpdate');
      await terminal.closes();
      await till.gets(statusUpdate(shown(stage), 'reconnecting'));
      await till.gets(statusUpdate(shown(stage), 'disconnected'), stage.after(stage.times.graceMs));
    },
  },
  {
    name: 'back-in-time',
    about: 'a terminal that is back within its grace is connected, and never was disconnected',
    waitsFor: ({ graceMs }) => graceMs,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      till.now.forget('terminalStatusUpdate');
      terminal.drops();
      await till.gets(statusUpdate(shown(stage), 'reconnecting'));
      await terminal.connects();
      await till.gets(statusUpdate(shown(stage), 'connected'));
      const gone = { action: 'terminalStatusUpdate', terminalId: terminal.id, status: 'disconnected' };
      await till.neverGets(gone, stage.times.graceMs);
    },
  },
  {
    name: 'anonymous-leaves',
    about: 'a terminal without a device id is disconnected at once',
    needs: { terminals: 0, anonymous: 1 },
    async play(stage) {
      const till = await stage.till.connects();
      const terminal = await stage.anonymous[0]!.connects();
      const { groupId } = till.key;
      const { terminalId = '' } = await till.gets(statusUpdate({ terminalId: TEXT, groupId }, 'connected'));
      till.now.forget('terminalStatusUpdate');
      terminal.drops();
      await till.gets(statusUpdate({ terminalId, groupId }, 'disconnected'));
    },
  },
  {
    name: 'newest-connection-wins',
    about: 'a second connection of a key displaces the first, which is told why and closed with 4001',
    needs: { terminals: 0 },
    async play(stage) {
      const { till } = stage;
      await till.connects();
      const first = till.now;
      await till.connects();
      await till.gets(forceDisconnect('NEW_CONNECTION'), undefined, first);
      await till.isClosedWith(CLOSE.displaced, undefined, first);
      await till.now.roundTrip(stage.after(0));
    },
  },
  {
    name: 'displaced-terminal-stays-online',
    about:
      'a terminal that displaces its own older socket shows as connected and nothing else, and is paid at',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      const first = terminal.now;
      await till.now.roundTrip(stage.after(0));
      till.now.forget('terminalStatusUpdate');
      await terminal.connects();
      await terminal.isClosedWith(CLOSE.displaced, undefined, first);
      await till.gets(statusUpdate(shown(stage), 'connected'));
      for (let i = 0; i < 3; i++) {
        const asked = await stage.handsOver();
        terminal.answers(asked, 'SUCCESS');
        await till.gets(paymentComplete(asked, 'SUCCESS'));
      }
      terminal.compares(0, first.all('payment').length, 'no payment on the older connection');
      const list = await till.asks({ action: 'getTerminals' }, { action: 'terminalsResponse' });
      const entries = list.terminals!.filter(({ deviceId }) => deviceId === terminal.id);
      till.compares([{ status: 'online' }], entries, 'the terminal in the list once, online');
      const stray = till.now
        .all('terminalStatusUpdate')
        .find(({ status, terminalId }) => terminalId === terminal.id && status !== 'connected');
      if (stray) throw new Mismatch('no news but connected', till.now.textOf(stray));
    },
  },
  {
    name: 'connection-storm',
    about: 'many connections of one key at once end with one, and all others with 4001',
    layer: 'chosen',
    needs: { terminals: 0 },
    async play(stage) {
      const { till } = stage;
      await Promise.allSettled(Array.from({ length: 12 }, () => till.opens()));
      // One more, after which there can be no doubt which is the newest.
      await till.connects();
      const [last, ...others] = [...till.connections].reverse();
      for (const other of others) await till.isClosedWith(CLOSE.displaced, stage.after(0), other);
      await last!.roundTrip(stage.after(0));
    },
  },
  {
    name: 'ping',
    about: 'a ping gets a pong, whatever else stands in it',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      for (const device of [till, terminal]) {
        await device.asks(
          { action: 'ping', timestamp: 0, terminalId: [] },
          { action: 'pong', timestamp: TIME },
        );
      }
    },
  },
  {
    name: 'no-welcome',
    about: 'a connection begins in silence',
    needs: { terminals: 0 },
    async play({ till }) {
      await till.connects();
      // Another terminal of the group may come at this moment.
      const first = till.now.frames.find(({ action }) => action !== 'terminalStatusUpdate');
      till.compares({ action: 'pong' }, first, 'the answer to the first ping as the first frame');
    },
  },
  {
    name: 'pong-unasked',
    about: 'an idle client gets a pong from time to time and need not answer',
    waitsFor: ({ serverPongMs }) => serverPongMs,
    needs: { tills: 0 },
    async play(stage) {
      const terminal = await stage.terminal.connects();
      const pong = { action: 'pong', timestamp: chosen(TIME) };
      await terminal.gets(pong, stage.after(stage.times.serverPongMs));
    },
  },
]);
