import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import { actionOf, textOf } from './clients.js';
import { Latencies } from './latencies.js';

const PATIENCE_MS = 8_000;

export interface RequestRun {
  frame: string;
  /** `action` of the reply. */
  reply: string;
  /** Must stand in the last bytes of every reply. */
  contains?: string;
  seconds: number;
}

export interface RequestResult {
  completed: number;
  perSecond: number;
  errors: number;
  lost: number;
  wrong: number;
  p50: number;
  p99: number;
  firstProblem: string;
}

/** Longest tail of a reply that is looked at: a list may be long, and its end says enough. */
const TAIL = 100;

/** Each socket asks, waits for the reply and asks again. */
export async function requestLoop(sockets: WebSocket[], run: RequestRun): Promise<RequestResult> {
  const latencies = new Latencies();
  const result = { errors: 0, wrong: 0, firstProblem: '' };
  const endsAt = performance.now() + run.seconds * 1000;
  const sentAt = new Array<number>(sockets.length).fill(0);
  let open = 0;
  let inTime = 0;
  const ask = (i: number) => {
    open++;
    sentAt[i] = performance.now();
    sockets[i]!.send(run.frame);
  };
  const onReply = (i: number, text: string) => {
    const action = actionOf(text);
    if (action !== run.reply && action !== 'error') return;
    const now = performance.now();
    open--;
    latencies.add(now - sentAt[i]!);
    if (action === 'error') result.errors++;
    else if (run.contains !== undefined && !text.includes(run.contains, text.length - TAIL)) result.wrong++;
    if (result.errors + result.wrong > 0) result.firstProblem ||= text.slice(-300);
    if (now > endsAt) return;
    inTime++;
    ask(i);
  };
  sockets.forEach((socket, i) => {
    socket.on('message', (data: Buffer) => onReply(i, textOf(data)));
    ask(i);
  });
  await sleep(run.seconds * 1000);
  for (const end = performance.now() + PATIENCE_MS; open > 0 && performance.now() < end;) await sleep(20);
  const { p50, p99 } = latencies.summary();
  return { completed: latencies.count, perSecond: inTime / run.seconds, ...result, lost: open, p50, p99 };
}
