import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import type { Client, ClientEvents } from '../../client/src/client.js';
import { Pos, Refused, Terminal, type PaymentOrder, type PaymentResult } from '../../client/src/index.js';
import type { WebSocketClass } from '../../client/src/socket.js';
import { eventually } from '../support/eventually.js';

/** Tills and terminals of one shop; they share an address, as behind a shop's router. */
const PAIRS_PER_SHOP = 5;
const OPENED_AT_ONCE = 40;
/** How long a customer takes. Long enough that every stop meets payments under way. */
const CUSTOMER_MS = { least: 100, most: 900 };
const ASK_AGAIN_MS = 200;
const PATIENCE_MS = 20_000;

export interface KeyRecord {
  id: string;
  key: string;
  groupId: string;
  deviceType: 'desktop' | 'terminal';
  deviceId?: string;
}

/** The end of one socket that was open. */
export interface Closing {
  code: number;
  /** By `performance.now()`. */
  at: number;
}

interface Pair {
  till: Pos;
  terminal: Terminal;
  isPaying: boolean;
}

/** Keys for so many clients, half of them tills. */
export function keysFor(clients: number): KeyRecord[] {
  return Array.from({ length: clients / 2 }, (_, i): KeyRecord[] => {
    const groupId = `shop-${Math.floor(i / PAIRS_PER_SHOP)}`;
    return [
      { id: `till-${i}`, key: `key-of-till-${i}`, groupId, deviceType: 'desktop' },
      {
        id: `terminal-${i}`,
        key: `key-of-terminal-${i}`,
        groupId,
        deviceType: 'terminal',
        deviceId: `T-${i}`,
      },
    ];
  }).flat();
}

/** Pairs of a till and a terminal, made of the client library as it is, with every end of every socket written down. */
export class Fleet {
  /** Sockets that had been open, in the order of their ends. */
  readonly closings: Closing[] = [];
  /** Attempts to connect that came to nothing: why → how many. */
  readonly refusals = new Map<string, number>();
  /** From the loss of a connection to the next one, ms. */
  readonly absences: number[] = [];
  readonly results: PaymentResult[] = [];
  /** From asking to the result, ms. */
  readonly latencies: number[] = [];
  readonly problems: string[] = [];
  /** Transaction → how often its terminal was given it. */
  readonly carriedOut = new Map<string, number>();
  /** Payments that were asked for. */
  started = 0;
  /** Requests that were safe to repeat, and were repeated: the terminal was on its way to another gateway. */
  repeated = 0;
  /** Moments at which no till was free. */
  skipped = 0;
  private readonly pairs: Pair[];
  private readonly running = new Set<Promise<void>>();
  private isPaying = false;
  private isClosing = false;

  constructor(
    private readonly url: string,
    private readonly ca: string,
    private readonly keys: readonly KeyRecord[],
  ) {
    this.pairs = Array.from({ length: keys.length / 2 }, (_, i) => this.makePair(i));
  }

  get connected(): number {
    return this.clients().filter(({ isConnected }) => isConnected).length;
  }

  async connect(): Promise<void> {
    const clients = this.clients();
    for (let i = 0; i < clients.length; i += OPENED_AT_ONCE) {
      const some = clients.slice(i, i + OPENED_AT_ONCE);
      await Promise.all(some.map((client) => client.connect({ timeoutMs: PATIENCE_MS })));
    }
  }

  /** Pays at random moments until `finish`. @param rate payments per second */
  async pay(rate: number): Promise<void> {
    this.isPaying = true;
    let due = performance.now();
    while (this.isPaying) {
      due += (-Math.log(1 - Math.random()) * 1_000) / rate;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      if (this.isPaying) this.payOnce();
    }
  }

  /** Stops to pay and waits until every payment has its result and every client is back. */
  async finish(): Promise<void> {
    this.isPaying = false;
    const all = Promise.all(this.running);
    const isOver = await Promise.race([all.then(() => true), sleep(PATIENCE_MS, false, { ref: false })]);
    if (!isOver) this.problems.push(`${this.running.size} payments without a result`);
    const isBack = () => this.connected === this.keys.length;
    await eventually(isBack, { timeoutMs: PATIENCE_MS, what: 'every client to be back' }).catch(() => {
      this.problems.push(`${this.keys.length - this.connected} clients not connected`);
    });
  }

  close(): void {
    this.isPaying = false;
    this.isClosing = true;
    this.clients().forEach((client) => client.close());
  }

  private clients(): (Pos | Terminal)[] {
    return this.pairs.flatMap(({ till, terminal }) => [terminal, till]);
  }

  private makePair(i: number): Pair {
    const [till, terminal] = [this.keys[2 * i]!, this.keys[2 * i + 1]!];
    const shop = Math.floor(i / PAIRS_PER_SHOP);
    const options = ({ key }: KeyRecord) => ({
      url: this.url,
      apiKey: key,
      webSocket: this.recorder(),
      socketOptions: { ca: this.ca, localAddress: `127.1.${shop >> 8}.${shop & 255}` },
    });
    const pair = {
      till: new Pos(options(till)),
      terminal: new Terminal({
        ...options(terminal),
        onPayment: async ({ transactionId }) => {
          this.carriedOut.set(transactionId, (this.carriedOut.get(transactionId) ?? 0) + 1);
          await sleep(CUSTOMER_MS.least + Math.random() * (CUSTOMER_MS.most - CUSTOMER_MS.least));
          return { status: 'SUCCESS' as const };
        },
      }),
      isPaying: false,
    };
    this.watch(pair.till as unknown as Client<ClientEvents>);
    this.watch(pair.terminal as unknown as Client<ClientEvents>);
    return pair;
  }

  private watch(client: Client<ClientEvents>): void {
    let lostAt = 0;
    client.on('disconnected', () => (lostAt = performance.now()));
    client.on('connected', () => lostAt > 0 && this.absences.push(performance.now() - lostAt));
    client.on('ended', ({ reason }) => this.isClosing || this.problems.push(`a client ended: ${reason}`));
    client.on('error', () => {});
  }

  /** A class of sockets that write down how they end, whatever the library makes of it. */
  private recorder(): WebSocketClass {
    const { closings, refusals } = this;
    const isClosing = () => this.isClosing;
    return class extends WebSocket {
      constructor(url: string, options?: ClientOptions) {
        super(url, options);
        let wasOpen = false;
        let refusal = 'no answer';
        this.once('open', () => (wasOpen = true));
        this.once('error', ({ message }) => (refusal = message));
        this.once('unexpected-response', (_request, { statusCode }) => (refusal = `status ${statusCode}`));
        this.once('close', (code) => {
          if (isClosing()) return;
          if (wasOpen) closings.push({ code, at: performance.now() });
          else refusals.set(refusal, (refusals.get(refusal) ?? 0) + 1);
        });
      }
    };
  }

  private payOnce(): void {
    const first = Math.floor(Math.random() * this.pairs.length);
    const pair = [...this.pairs.slice(first), ...this.pairs.slice(0, first)].find(
      ({ isPaying }) => !isPaying,
    );
    if (!pair) {
      this.skipped++;
      return;
    }
    const work = this.payOn(pair, this.pairs.indexOf(pair)).finally(() => this.running.delete(work));
    this.running.add(work);
  }

  private async payOn(pair: Pair, index: number): Promise<void> {
    const transactionId = `rolling-${++this.started}`;
    const startedAt = performance.now();
    pair.isPaying = true;
    try {
      const paymentRequest = {
        transactionId,
        amount: '10.10',
        currency: 'EUR',
        paymentMethod: 'CARD',
      } as const;
      this.results.push(await this.payUntilTaken(pair.till, { terminalId: `T-${index}`, paymentRequest }));
      this.latencies.push(performance.now() - startedAt);
    } catch (error) {
      this.problems.push(`${transactionId}: ${String(error)}`);
    } finally {
      pair.isPaying = false;
    }
  }

  /** As a till does it: what ended or was refused as safe to repeat is asked for again, in the first case as a new payment. */
  private async payUntilTaken(
    till: Pos,
    { terminalId, paymentRequest }: PaymentOrder,
  ): Promise<PaymentResult> {
    for (let attempt = 0; ; attempt++) {
      const transactionId = `${paymentRequest.transactionId}.${attempt}`;
      const result = await this.payOnceTaken(till, {
        terminalId,
        paymentRequest: { ...paymentRequest, transactionId },
      });
      if (!result.retrySafe) return result;
      if (this.carriedOut.has(transactionId)) this.problems.push(`${transactionId}: retrySafe was not true`);
      this.repeated++;
    }
  }

  private async payOnceTaken(till: Pos, order: PaymentOrder): Promise<PaymentResult> {
    for (;;) {
      try {
        return await till.pay(order);
      } catch (error) {
        if (!(error instanceof Refused && error.retrySafe) || this.isClosing) throw error;
        this.repeated++;
        await sleep(ASK_AGAIN_MS);
      }
    }
  }
}
