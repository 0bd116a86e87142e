import { setTimeout as sleep } from 'node:timers/promises';
import type { WebSocket } from 'ws';
import type { PairPlan } from '../fleet.js';
import { actionOf, openAll, textOf } from './clients.js';
import { Latencies } from './latencies.js';
import { atRandomMoments } from './pace.js';

/** How long completions are waited for after the last payment was sent. */
const PATIENCE_MS = 8_000;
const ID_MARK = '"transactionId":"';
/** A body as long as that of a usual sale: the frame has about 240 bytes. */
const BASKET =
  '"products":[{"sku":"4006381333931","quantity":1}],"metadata":{"till":"7","receipt":"2024-000123"}';

interface Pair {
  till: WebSocket;
  terminal: WebSocket;
  deviceId: string;
  /** The payment under way, '' if there is none. */
  transactionId: string;
  amount: string;
  sentAt: number;
  /** The payment that the terminal was given last. */
  given: string;
}

export interface PaymentRun {
  seconds: number;
  /** Payments per second at random moments; absent: each pair pays again as soon as it is answered. */
  rate?: number;
}

export interface PaymentResult {
  sent: number;
  completed: number;
  perSecond: number;
  errors: number;
  /** Never answered. */
  lost: number;
  /** Answered with what does not belong to the request, or more than once. */
  wrong: number;
  /** Given to the terminal a second time. */
  twice: number;
  p50: number;
  p99: number;
  max: number;
  /** All of them, ms. */
  latencies: number[];
  /** How late the generator itself sent, against its plan. */
  lateP99: number;
  firstProblem: string;
}

/** Pays on pairs of till and terminal and holds every completion against its request. */
export class PaymentLoad {
  private sequence = 0;
  private endsAt = 0;
  private again = false;
  private latencies = new Latencies();
  private counts = { sent: 0, inTime: 0, errors: 0, wrong: 0, twice: 0 };
  private firstProblem = '';

  private constructor(private readonly pairs: Pair[]) {
    for (const pair of pairs) {
      pair.till.on('message', (data: Buffer) => this.onTill(pair, textOf(data)));
      pair.terminal.on('message', (data: Buffer) => this.onTerminal(pair, textOf(data)));
    }
  }

  static async open(plans: PairPlan[]): Promise<PaymentLoad> {
    const terminals = await openAll(plans.map(({ terminal }) => terminal));
    const tills = await openAll(plans.map(({ till }) => till));
    const idle = { transactionId: '', amount: '', sentAt: 0, given: '' };
    return new PaymentLoad(
      plans.map(({ terminal: { deviceId } }, i) => ({
        ...idle,
        deviceId,
        till: tills[i]!,
        terminal: terminals[i]!,
      })),
    );
  }

  async run({ seconds, rate }: PaymentRun): Promise<PaymentResult> {
    this.latencies = new Latencies();
    this.counts = { sent: 0, inTime: 0, errors: 0, wrong: 0, twice: 0 };
    this.firstProblem = '';
    this.endsAt = performance.now() + seconds * 1000;
    this.again = rate === undefined;
    const late = new Latencies();
    if (rate === undefined) {
      for (const pair of this.pairs) this.pay(pair);
      await sleep(seconds * 1000);
    } else {
      await this.payAtRate(rate, late);
    }
    const lost = await this.drain();
    const { sent, inTime, ...problems } = this.counts;
    return {
      sent,
      completed: this.latencies.count,
      perSecond: inTime / seconds,
      ...problems,
      lost,
      ...this.latencies.summary(),
      latencies: this.latencies.values,
      lateP99: late.summary().p99,
      firstProblem: this.firstProblem,
    };
  }

  /** Tills do not wait for each other. A payment that finds no free pair counts as an error. */
  private async payAtRate(rate: number, late: Latencies): Promise<void> {
    let next = 0;
    await atRandomMoments({ rate, endsAt: this.endsAt }, (lateMs) => {
      late.add(lateMs);
      const pair = this.freePair(next++);
      if (pair) this.pay(pair);
      else this.note('errors', 'no free pair');
    });
  }

  private freePair(from: number): Pair | undefined {
    for (let i = 0; i < this.pairs.length; i++) {
      const pair = this.pairs[(from + i) % this.pairs.length]!;
      if (pair.transactionId === '') return pair;
    }
    return undefined;
  }

  private pay(pair: Pair): void {
    const number = ++this.sequence;
    pair.transactionId = `sale-${number}`;
    // Every payment has an amount of its own, by which a mixed-up answer shows.
    pair.amount = `${number}.10`;
    const { deviceId, transactionId, amount } = pair;
    this.counts.sent++;
    pair.sentAt = performance.now();
    pair.till.send(
      `{"action":"payment","terminalId":"${deviceId}","paymentRequest":{"transactionId":"${transactionId}",` +
        `"amount":"${amount}","currency":"EUR","paymentMethod":"CARD",${BASKET}}}`,
    );
  }

  private onTill(pair: Pair, text: string): void {
    const action = actionOf(text);
    if (action === 'error') {
      this.note('errors', text);
      pair.transactionId = '';
    } else if (action === 'paymentComplete') {
      this.onComplete(pair, text);
    }
  }

  private onComplete(pair: Pair, text: string): void {
    const now = performance.now();
    const fits =
      idOf(text) === pair.transactionId &&
      text.includes('"status":"SUCCESS"') &&
      text.includes(`"amount":"${pair.amount}"`);
    if (!fits) {
      this.note('wrong', text);
      return;
    }
    pair.transactionId = '';
    this.latencies.add(now - pair.sentAt);
    if (now > this.endsAt) return;
    this.counts.inTime++;
    if (this.again) this.pay(pair);
  }

  private onTerminal(pair: Pair, text: string): void {
    const action = actionOf(text);
    if (action !== 'payment') {
      if (action === 'error') this.note('errors', text);
      return;
    }
    const id = idOf(text);
    if (pair.given === id) this.note('twice', text);
    pair.given = id;
    const amountAt = text.indexOf('"amount":"') + '"amount":"'.length;
    const amount = text.slice(amountAt, text.indexOf('"', amountAt));
    pair.terminal.send(
      `{"action":"paymentResponse","paymentResponse":{"transactionId":"${id}","status":"SUCCESS",` +
        `"amount":"${amount}","currency":"EUR","paymentMethod":"CARD","authorizationCode":"A1B2C3",` +
        `"receiptData":"MID 00042 TID 7 VISA ***4242 APPROVED","timestamp":"2026-01-15T10:30:00.000Z"}}`,
    );
  }

  /** @returns how many payments were never answered; their pairs are free again */
  private async drain(): Promise<number> {
    const end = performance.now() + PATIENCE_MS;
    const open = () => this.pairs.filter(({ transactionId }) => transactionId !== '');
    while (open().length > 0 && performance.now() < end) await sleep(20);
    const lost = open();
    for (const pair of lost) pair.transactionId = '';
    return lost.length;
  }

  private note(problem: 'errors' | 'wrong' | 'twice', detail: string): void {
    this.counts[problem]++;
    this.firstProblem ||= detail.slice(0, 300);
  }
}

function idOf(text: string): string {
  const start = text.indexOf(ID_MARK) + ID_MARK.length;
  return text.slice(start, text.indexOf('"', start));
}
