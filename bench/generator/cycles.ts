import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import type { WebSocket } from 'ws';
import type { ClientPlan } from '../fleet.js';
import { connect, open } from './clients.js';

export interface CycleRun {
  /** One lane per client. */
  clients: ClientPlan[];
  /** Of all lanes together. */
  count: number;
}

export interface CycleResult {
  completed: number;
  errors: number;
  firstProblem: string;
}

/** Every way in which a connection comes and goes. */
const WAYS: ((plan: ClientPlan) => Promise<void>)[] = [
  saysGoodbye,
  isReset,
  isDisplaced,
  isRefused,
  leaves,
  stops,
];

/** Connects and closes, in all ways in turn. */
export async function cycles({ clients, count }: CycleRun): Promise<CycleResult> {
  const result: CycleResult = { completed: 0, errors: 0, firstProblem: '' };
  let begun = 0;
  const lane = async (plan: ClientPlan) => {
    while (begun < count) {
      const way = WAYS[begun++ % WAYS.length]!;
      try {
        await way(plan);
        result.completed++;
      } catch (error) {
        result.errors++;
        result.firstProblem ||= `${way.name}: ${String(error)}`;
      }
    }
  };
  await Promise.all(clients.map(lane));
  return result;
}

async function saysGoodbye(plan: ClientPlan): Promise<void> {
  await goodbye(await open(plan));
}

async function isReset(plan: ClientPlan): Promise<void> {
  const socket = await open(plan);
  const closed = once(socket, 'close');
  (socket as unknown as { _socket: Socket })._socket.resetAndDestroy();
  await closed;
}

async function isDisplaced(plan: ClientPlan): Promise<void> {
  const older = await open(plan);
  const closed = once(older, 'close');
  const newer = await open(plan);
  await closed;
  await goodbye(newer);
}

async function isRefused(plan: ClientPlan): Promise<void> {
  const socket = connect({ ...plan, key: `${plan.key}-unknown` });
  await once(socket, 'open').then(
    () => {
      throw new Error('was let in');
    },
    () => undefined,
  );
}

/** In the middle of an upgrade that would have been granted. */
async function leaves({ url, key }: ClientPlan): Promise<void> {
  const lines = [
    'GET /v1 HTTP/1.1',
    'host: x',
    'connection: Upgrade',
    'upgrade: websocket',
    `x-api-key: ${key}`,
  ];
  const version = ['sec-websocket-version: 13', 'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=='];
  await tell(url, `${[...lines, ...version].join('\r\n')}\r\n\r\n`);
}

/** In the middle of its headers. */
async function stops({ url }: ClientPlan): Promise<void> {
  await tell(url, 'GET /v1 HTTP/1.1\r\nhost: x\r\nx-a');
}

async function tell(url: string, text: string): Promise<void> {
  const socket = connectTcp({ port: Number(new URL(url).port), host: '127.0.0.1' });
  await once(socket, 'connect');
  socket.on('error', () => {});
  await new Promise((written) => socket.write(text, written));
  socket.resetAndDestroy();
}

async function goodbye(socket: WebSocket): Promise<void> {
  const closed = once(socket, 'close');
  socket.close(1000);
  await closed;
}
