import type { WebSocket } from 'ws';
import type { CallerPlan, ClientPlan } from '../fleet.js';
import { openAll } from './clients.js';
import { HttpConnection, type HttpAnswer } from './http-connection.js';
import { Latencies } from './latencies.js';
import { signedCall } from './signed-call.js';

const AT_ONCE = 50;
const WAIT_S = 90;

/** A payment whose terminal is silent until it is told to answer, and who waits for it. */
export interface WaitPlan {
  terminal: ClientPlan & { deviceId: string };
  payer: CallerPlan;
  waiter: CallerPlan;
}

export interface OpenRun {
  connections: number;
  /** False: the connections stay idle after a call that was answered at once. */
  waiting: boolean;
}

export interface AnswerResult {
  answered: number;
  /** Ended by anything but the result of their own transaction. */
  wrong: number;
  /** ms since the terminals began to answer. */
  p50: number;
  max: number;
  firstProblem: string;
}

/** What somebody asks for, and where. */
interface Site {
  transactionId: string;
  waiter: CallerPlan;
  /** Undefined where nobody is going to answer. */
  socket: WebSocket | undefined;
}

interface Waiter {
  site: Site;
  connection: HttpConnection;
  /** Undefined once the connection has failed; absent for an idle one. */
  answer?: Promise<HttpAnswer | undefined>;
}

/** Connections that wait for results over HTTP, and the terminals that hold these back. */
export class WaitLoad {
  private waiters: Waiter[] = [];

  private constructor(private readonly sites: Site[]) {}

  /** Connects the terminals and pays on each. */
  static async open(plans: WaitPlan[]): Promise<WaitLoad> {
    const sockets = await openAll(plans.map(({ terminal }) => terminal));
    const sites = plans.map((plan, i) => ({ ...plan, transactionId: `sale-${i}`, socket: sockets[i]! }));
    await inLanes(sites, pay);
    return new WaitLoad(sites);
  }

  /** On a server that knows of no payments. */
  static bare(waiter: CallerPlan): WaitLoad {
    return new WaitLoad([{ transactionId: 'sale-0', waiter, socket: undefined }]);
  }

  /** The same number for each transaction. Every connection first makes a call that is answered at once. */
  async connect({ connections, waiting }: OpenRun): Promise<void> {
    const numbers = Array.from({ length: connections }, (_, i) => i);
    await inLanes(numbers, async (i) => {
      const site = this.sites[i % this.sites.length]!;
      const { transactionId, waiter } = site;
      const path = `/v1/transactions/${transactionId}`;
      const connection = await HttpConnection.open(waiter.port);
      const { status, body } = await connection.send(signedCall(waiter, { method: 'GET', path }));
      if (status !== 200) throw new Error(body);
      if (!waiting) return this.waiters.push({ site, connection });
      const call = signedCall(waiter, { method: 'GET', path: `${path}?wait=${WAIT_S}` });
      return this.waiters.push({ site, connection, answer: connection.send(call).catch(() => undefined) });
    });
  }

  /** Goes away without an answer. */
  abort(): void {
    for (const { connection } of this.waiters.splice(0)) connection.close();
  }

  /** Lets every terminal answer. Resolves when everybody who waits has an answer. */
  async answerAll(): Promise<AnswerResult> {
    const latencies = new Latencies();
    const result = { wrong: 0, firstProblem: '' };
    const start = performance.now();
    for (const site of this.sites) approve(site);
    const judge = async ({ site: { transactionId }, answer }: Waiter) => {
      const got = await answer;
      latencies.add(performance.now() - start);
      const body = got?.body ?? 'the connection ended';
      const fits =
        body.includes(`"transactionId":"${transactionId}"`) && body.includes('"status":"COMPLETED"');
      if (!fits) {
        result.wrong++;
        result.firstProblem ||= body.slice(0, 300);
      }
    };
    await Promise.all(this.waiters.map(judge));
    const { p50, max } = latencies.summary();
    return { answered: latencies.count, ...result, p50, max };
  }
}

/** Asks for a payment and does not wait for it: 504 says that it is under way. */
async function pay({ transactionId, terminal, payer }: WaitPlan & Site): Promise<void> {
  const path = `/v1/terminals/${terminal.deviceId}/payments?wait=0`;
  const body = JSON.stringify({ transactionId, amount: '1.10', currency: 'EUR', paymentMethod: 'CARD' });
  const connection = await HttpConnection.open(payer.port);
  const answer = await connection.send(signedCall(payer, { method: 'POST', path, body }));
  connection.close();
  if (answer.status !== 504) throw new Error(answer.body);
}

function approve({ transactionId, socket }: Site): void {
  socket?.send(
    `{"action":"paymentResponse","paymentResponse":{"transactionId":"${transactionId}","status":"SUCCESS",` +
      `"amount":"1.10","currency":"EUR","paymentMethod":"CARD","authorizationCode":"A1B2C3"}}`,
  );
}

/** A few at a time. */
async function inLanes<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) await work(items[next++]!);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
