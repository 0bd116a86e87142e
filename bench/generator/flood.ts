import { WebSocket } from 'ws';
import type { CallerPlan, ClientPlan } from '../fleet.js';
import { actionOf, open, textOf } from './clients.js';
import { HttpConnection } from './http-connection.js';
import { setTimeout as sleep } from 'node:timers/promises';
import { atRandomMoments } from './pace.js';
import { signedCall } from './signed-call.js';

/** Most connections over which calls come; as many are opened as are under way at once. */
const MAX_CONNECTIONS = 50;
/** How long answers are waited for after the last call. */
const PATIENCE_MS = 1_000;
/** Addresses from which bad keys come, each far above the limit by itself at 500 a second. */
const ADDRESSES = 10;

export type FloodKind = 'http' | 'frames' | 'connects';

export interface FloodRun {
  kind: FloodKind;
  caller: CallerPlan;
  client: ClientPlan;
  /** Calls, frames or connects per second. */
  rate: number;
  seconds: number;
}

export interface FloodResult {
  sent: number;
  /** Because of a rate limit. */
  refused: number;
  /** Let through, whatever the answer. */
  admitted: number;
  /** Never answered: no connection was free, or it ended first. */
  unanswered: number;
}

/** Sends far more than the limits allow, at a rate that is bounded by itself. */
export async function flood(run: FloodRun): Promise<FloodResult> {
  const result: FloodResult = { sent: 0, refused: 0, admitted: 0, unanswered: 0 };
  const source = await SOURCES[run.kind](run, result);
  const pace = { rate: run.rate, endsAt: performance.now() + run.seconds * 1000 };
  await atRandomMoments(pace, () => {
    result.sent++;
    source.send();
  });
  const answered = () => result.refused + result.admitted + result.unanswered;
  for (const patience = performance.now() + PATIENCE_MS; answered() < result.sent;) {
    if (performance.now() > patience) break;
    await sleep(20);
  }
  source.stop();
  return result;
}

interface Source {
  send(): void;
  stop(): void;
}

const SOURCES: Record<FloodKind, (run: FloodRun, result: FloodResult) => Source | Promise<Source>> = {
  http({ caller }, result) {
    const pool: HttpConnection[] = [];
    let opened = 0;
    const request = () => signedCall(caller, { method: 'GET', path: '/v1/terminals', address: '10.0.0.1' });
    const another = async () => {
      const connection = await HttpConnection.open(caller.port);
      pool.push(connection);
      return connection.send(request());
    };
    return {
      send: () => {
        const free = pool.find(({ isFree }) => isFree);
        if (free) void count(result, free.send(request()));
        else if (opened++ < MAX_CONNECTIONS) void count(result, another());
        else result.unanswered++;
      },
      stop: () => pool.forEach((connection) => connection.close()),
    };
  },

  /** On one socket, made anew whenever the gateway has closed it. */
  async frames({ client }, result) {
    const connect = async () => {
      const opened = await open(client);
      opened.on('message', (data: Buffer) => {
        if (actionOf(textOf(data)) === 'error') result.refused++;
        else result.admitted++;
      });
      return opened;
    };
    let socket: WebSocket | undefined = await connect();
    const renew = async () => {
      const closed = socket;
      socket = undefined;
      // If it fails, the next frame tries again.
      socket = await connect().catch(() => closed);
    };
    return {
      send: () => {
        if (socket?.readyState === WebSocket.OPEN) {
          socket.send('{"action":"getTerminals"}');
          return;
        }
        result.unanswered++;
        if (socket) void renew();
      },
      stop: () => socket?.close(),
    };
  },

  connects({ caller: { port } }, result) {
    let next = 0;
    const attempt = async () => {
      const connection = await HttpConnection.open(port);
      const answer = connection.send(upgrade(`10.1.0.${next++ % ADDRESSES}`));
      return answer.finally(() => connection.close());
    };
    return { send: () => void count(result, attempt()), stop: () => {} };
  },
};

async function count(result: FloodResult, answer: Promise<{ status: number }>): Promise<void> {
  try {
    const { status } = await answer;
    if (status === 429) result.refused++;
    else result.admitted++;
  } catch {
    result.unanswered++;
  }
}

function upgrade(address: string): string {
  const lines = [
    'GET /v1 HTTP/1.1',
    'host: 127.0.0.1',
    'connection: Upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==',
    'x-api-key: no-such-key',
    `x-forwarded-for: ${address}`,
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}
