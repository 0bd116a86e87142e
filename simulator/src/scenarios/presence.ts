import { CLOSE, forceDisconnect } from '../conformance/contract.js';
import { Mismatch } from '../conformance/mismatch.js';
import { scenarios, THROUGH_GRACE } from '../conformance/scenario.js';
import { ABSENT, chosen, extension, including, NUMBER, oneOf, TEXT, TIME } from '../conformance/shape.js';

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
      await till.hears(terminal.shown, 'reconnecting');
      const entry = await till.finds(terminal, { includeOffline: true });
      const away = { status: oneOf('reconnecting', 'offline'), connectionId: ABSENT };
      till.compares(away, entry, 'a terminal that is away, without a connection');
    },
  },
  {
    name: 'status-updates',
    about: 'connected, reconnecting and disconnected, each with exactly its members',
    waitsFor: THROUGH_GRACE,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await terminal.connects();
      await till.hears(terminal.shown, 'connected');
      till.forgetsNews();
      await terminal.closes();
      await till.hears(terminal.shown, 'reconnecting');
      await till.hears(terminal.shown, 'disconnected', stage.after(stage.times.graceMs));
    },
  },
  {
    name: 'back-in-time',
    about: 'a terminal that is back within its grace is connected, and never was disconnected',
    waitsFor: THROUGH_GRACE,
    async play(stage) {
      const { till, terminal } = await stage.opens();
      till.forgetsNews();
      terminal.drops();
      await till.hears(terminal.shown, 'reconnecting');
      await terminal.connects();
      await till.hears(terminal.shown, 'connected');
      const gone = { action: 'terminalStatusUpdate', terminalId: terminal.id, status: 'disconnected' };
      await till.neverGets(gone, stage.times.graceMs);
    },
  },
  {
    name: 'anonymous-leaves',
    about: 'a terminal without a device id is disconnected at once',
    needs: { terminals: 0, anonymous: 1 },
    async play(stage) {
      const { till, terminal, terminalId } = await stage.opensAnonymous();
      till.forgetsNews();
      terminal.drops();
      await till.hears({ terminalId, groupId: till.key.groupId }, 'disconnected');
    },
  },
  {
    name: 'newest-connection-wins',
    about: 'a second connection of a key displaces the first, which is told why and closed with 4001',
    async alone(till) {
      const older = await till.displacesItself();
      await till.gets(forceDisconnect('NEW_CONNECTION'), undefined, older);
      await till.catchesUp();
    },
  },
  {
    name: 'displaced-terminal-stays-online',
    about:
      'a terminal that displaces its own older socket shows as connected and nothing else, and is paid at',
    async play(stage) {
      const { till, terminal } = await stage.opens();
      await till.catchesUp();
      till.forgetsNews();
      const older = await terminal.displacesItself();
      await till.hears(terminal.shown, 'connected');
      for (let i = 0; i < 3; i++) await stage.plays();
      terminal.compares(0, older.all('payment').length, 'no payment on the older connection');
      const entry = await till.finds(terminal);
      till.compares({ status: 'online' }, entry, 'the terminal in the list, online');
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
    alone(till) {
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
