import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClientPlan } from '../fleet.js';

export type HostileKind = 'mute' | 'silent' | 'drip' | 'paused' | 'deaf' | 'bombs' | 'bad keys';

export interface HostileRun {
  kind: HostileKind;
  /** Keys of the attackers; each has one socket at a time. */
  clients: ClientPlan[];
  seconds: number;
}

export interface HostileResult {
  /** Sockets that were opened; a closed one is replaced by another. */
  opened: number;
  /** Of them, how many the other side has ended. */
  ended: number;
}

/** A socket that was closed comes back after this: who attacks does not give up. */
const COME_BACK_MS = 500;
const BYTE_MS = 1_000;
const BAD_KEYS_PER_SECOND = 1_000;

/** Sits on sockets in one of the ways that cost a server the most, for as long as it is told. */
export async function hostile({ kind, clients, seconds }: HostileRun): Promise<HostileResult> {
  const result: HostileResult = { opened: 0, ended: 0 };
  const endsAt = performance.now() + seconds * 1000;
  await (kind === 'bad keys' ? guess(clients[0]!, endsAt, result) : besiege(kind, clients, endsAt, result));
  return result;
}

async function besiege(
  kind: Exclude<HostileKind, 'bad keys'>,
  clients: ClientPlan[],
  endsAt: number,
  result: HostileResult,
): Promise<void> {
  const lane = async (plan: ClientPlan, i: number) => {
    while (performance.now() < endsAt) {
      const socket = await openTcp(plan);
      result.opened++;
      const act = kind === 'silent' ? undefined : await upgraded(socket, plan, i);
      const timer = act ? ATTACKS[kind as keyof typeof ATTACKS](socket) : undefined;
      const ended = socket.closed ? true : await Promise.race([closeOf(socket), until(endsAt)]);
      clearInterval(timer);
      socket.destroy();
      if (ended) {
        result.ended++;
        await sleep(COME_BACK_MS);
      }
    }
  };
  await Promise.all(clients.map(lane));
}

const ADDRESSES = 10;
const ASK = Buffer.from('{"action":"getTerminals"}');
const PING_SIZE = 125;

/** What each does with an open WebSocket. @returns a timer that goes on with it */
const ATTACKS: Record<
  'mute' | 'drip' | 'paused' | 'deaf' | 'bombs',
  (socket: Socket) => NodeJS.Timeout | undefined
> = {
  mute: () => undefined,
  drip(socket) {
    socket.write(Buffer.from([0x81, 0xfe, 0x0f, 0xff, 0, 0, 0, 0]));
    return setInterval(() => socket.write('x'), BYTE_MS);
  },
  /** Reads nothing of what waits for it, and says nothing. */
  paused: (socket) => void socket.pause(),
  /** Asks, pings and never reads an answer: 20,000 of them wait as far as anybody lets them. */
  deaf(socket) {
    socket.pause();
    const frames = [frame(0x81, ASK), frame(0x89, Buffer.alloc(PING_SIZE))];
    const block = Buffer.concat(Array.from({ length: 100 }, () => frames).flat());
    return setInterval(() => {
      if (socket.writableLength < block.length) socket.write(block);
    }, 100);
  },
  bombs(socket) {
    const kinds = [
      frame(0xc1, Buffer.alloc(1_000)),
      Buffer.concat([frame(0x01, Buffer.alloc(0)), ...Array<Buffer>(100).fill(frame(0x00, Buffer.alloc(0)))]),
      Buffer.concat(Array<Buffer>(2_000).fill(frame(0x81, Buffer.alloc(0)))),
      frame(0x81, Buffer.alloc(120_000, '[')),
    ];
    socket.write(kinds[Math.floor(Math.random() * kinds.length)]!);
    return undefined;
  },
};

/** Upgrades with keys that nobody has. */
async function guess({ url }: ClientPlan, endsAt: number, result: HostileResult): Promise<void> {
  for (let i = 0; performance.now() < endsAt; i++) {
    const plan = { url, key: `guess-${i}` };
    result.opened++;
    void openTcp(plan).then(async (socket) => {
      socket.write(upgrade(plan, i));
      await closeOf(socket);
      result.ended++;
    });
    await sleep(1000 / BAD_KEYS_PER_SECOND);
  }
}

async function openTcp({ url }: ClientPlan): Promise<Socket> {
  const socket = connectTcp({ port: Number(new URL(url).port), host: '127.0.0.1' });
  socket.on('error', () => {});
  socket.resume();
  await Promise.race([once(socket, 'connect').catch(() => undefined), closeOf(socket)]);
  return socket;
}

async function upgraded(socket: Socket, plan: ClientPlan, attacker: number): Promise<boolean> {
  socket.write(upgrade(plan, attacker));
  const [answer] = (await Promise.race([
    once(socket, 'data').catch(() => ['']),
    closeOf(socket).then(() => ['']),
  ])) as [Buffer];
  return answer.toString().startsWith('HTTP/1.1 101');
}

/** From one of a few addresses, as a balancer would say. */
function upgrade({ key }: ClientPlan, attacker: number): string {
  const lines = ['GET /v1 HTTP/1.1', 'host: x', 'connection: Upgrade', 'upgrade: websocket'];
  const version = ['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='];
  const address = `x-forwarded-for: 203.0.113.${attacker % ADDRESSES}`;
  return `${[...lines, ...version, address, `x-api-key: ${key}`].join('\r\n')}\r\n\r\n`;
}

/** With a mask of zeros, which leaves the payload as it is. */
function frame(first: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(payload.length < 126 ? 2 : 10);
  head[0] = first;
  head[1] = 0x80 | (payload.length < 126 ? payload.length : 127);
  if (payload.length >= 126) head.writeUInt32BE(payload.length, 6);
  return Buffer.concat([head, Buffer.alloc(4), payload]);
}

function closeOf(socket: Socket): Promise<boolean> {
  return new Promise((resolve) =>
    socket.closed ? resolve(true) : socket.once('close', () => resolve(true)),
  );
}

async function until(endsAt: number): Promise<boolean> {
  await sleep(Math.max(0, endsAt - performance.now()));
  return false;
}
