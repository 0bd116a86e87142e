import { createHash, createHmac } from 'node:crypto';
import { Agent, request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Random } from '../../simulator/src/devices/random.js';
import type { Journal } from './history.js';
import { Hook, type HookEvent } from './hook.js';
import type { Ending, Payer, TillManner } from './till.js';

export interface HttpTillOptions {
  name: string;
  /** Of the balancer, `https://…`, without a path. */
  url: string;
  ca: string;
  key: string;
  secret: string;
  random: Random;
  journal: Journal;
  /** File with certificate and key of a receiver: this till leaves its results to webhooks. */
  hookCertificate?: string;
}

/** An answer of a gateway; undefined where a request should have had one and had not. */
type Answer = { status: number; body: Record<string, any> } | undefined;

/** How a payment ended, or whether it may be under way. */
type Step = Ending | { inDoubt: boolean };

/** Failures that an approval may follow, which is then voided. */
const DOUBTFUL = ['TERMINAL_DISCONNECTED', 'NO_RESPONSE'];
const REVIEWS = 5;
const REVIEW_PAUSE_MS = 500;
const WAIT_S = 2;
/** Longer than the wait: what has not answered by then hangs. */
const GIVE_UP_MS = 4_000;
const RETRY_MS = [100, 500] as const;

/**
 * A till that asks over HTTP, and waits for the answer or leaves the result to webhooks. Without an answer, or with one that leaves it in doubt, it sends the same payment again, signed
 * anew, or looks it up; it lets a payment go only where it was told that the terminal can not have it.
 */
export class HttpTill implements Payer {
  readonly name: string;
  readonly journal: Journal;
  private readonly agent: Agent;
  private readonly random: Random;
  private readonly doubtful = new Set<string>();
  private readonly awaited = new Map<string, () => void>();
  private hook: Hook | undefined;
  private requests = 0;
  private stopped = false;

  constructor(
    private readonly options: HttpTillOptions,
    private readonly manner: TillManner,
  ) {
    this.name = options.name;
    this.journal = options.journal;
    this.random = options.random;
    this.agent = new Agent({ ca: options.ca, keepAlive: true });
  }

  /** Payments under way whose result has not come by webhook yet. */
  get untold(): number {
    return this.awaited.size;
  }

  /** A till with webhooks has its endpoint set up. */
  async open(): Promise<void> {
    const { hookCertificate } = this.options;
    if (hookCertificate === undefined) return;
    this.hook = await Hook.start(hookCertificate, this.random, (event) => this.onEvent(event));
    const events = ['payment.completed', 'payment.failed', 'payment.cancelled', 'payment.voided'];
    const answer = await this.call('POST', '/v1/webhooks/endpoints', { url: this.hook.url, events });
    if (answer?.status !== 201) throw new Error(`no endpoint: ${JSON.stringify(answer)}`);
    this.hook.secret = answer.body['secret'] as string;
  }

  stop(): void {
    this.stopped = true;
    this.agent.destroy();
    this.hook?.stop();
  }

  async pay(terminalId: string, tx: string): Promise<Ending> {
    let mayLook = false;
    while (!this.stopped) {
      const ending: Step = await (mayLook ? this.look(tx) : this.ask(terminalId, tx));
      if (typeof ending === 'string') return ending;
      mayLook = ending.inDoubt && !this.manner.repeats && !mayLook;
      await sleep(this.random.int(...RETRY_MS));
    }
    return new Promise(() => {});
  }

  cancel(tx: string): void {
    void this.requestCancel(tx);
  }

  /**
   * Looks once more at payments that were given up: over HTTP nobody is told that one was voided later.
   * @returns what could not be seen, and why
   */
  async review(): Promise<string[]> {
    let unseen = [...this.doubtful];
    let complaints: string[] = [];
    // A single call may meet a connection that is just being closed.
    for (let attempt = 0; unseen.length > 0 && attempt < REVIEWS; attempt++) {
      if (attempt > 0) await sleep(REVIEW_PAUSE_MS);
      complaints = [];
      const left: string[] = [];
      for (const tx of unseen) {
        const refusal = await this.reviewOne(tx);
        if (refusal === undefined) continue;
        left.push(tx);
        complaints.push(`${this.name} could not look at ${tx}: ${refusal}`);
      }
      unseen = left;
    }
    return complaints;
  }

  /** @returns why it could not be seen; undefined if it was */
  private async reviewOne(tx: string): Promise<string | undefined> {
    const answer = await this.call('GET', `/v1/transactions/${tx}`);
    if (answer?.status !== 200) return JSON.stringify(answer ?? 'no answer');
    const { status, version } = answer.body;
    if (status === 'VOIDED') this.journal.add({ what: 'corrected', tx, version });
    return undefined;
  }

  private onEvent({ eventType, eventId, data }: HookEvent): void {
    const { transactionId: tx, status, version, errorCode } = data;
    if (eventType === 'payment.voided') {
      this.journal.add({ what: 'corrected', tx, eventId, version });
      return;
    }
    this.journal.add({
      what: 'complete',
      tx,
      status,
      eventId,
      version,
      ...(errorCode && { code: errorCode }),
    });
    this.awaited.get(tx)?.();
  }

  private async told(tx: string): Promise<Ending> {
    const isTold = this.journal.entries.some((entry) => entry.tx === tx && entry.what === 'complete');
    if (!isTold) await new Promise<void>((resolve) => this.awaited.set(tx, resolve));
    this.awaited.delete(tx);
    return 'final';
  }

  private async requestCancel(tx: string): Promise<void> {
    this.journal.add({ what: 'cancel-asked', tx });
    const answer = await this.call('POST', `/v1/transactions/${tx}/cancel`);
    if (answer?.status === 200) {
      this.journal.add({ what: 'cancel-answer', tx, status: answer.body['status'] });
    }
  }

  /** @returns how it ended, or whether the payment may be under way */
  private async ask(terminalId: string, tx: string): Promise<Step> {
    const connection = ++this.requests;
    this.journal.add({ what: 'asked', tx, connection });
    const webhooks = this.hook && { webhookMode: true };
    const payment = {
      transactionId: tx,
      amount: '12.50',
      currency: 'EUR',
      paymentMethod: 'CARD',
      ...webhooks,
    };
    const answer = await this.call('POST', `/v1/terminals/${terminalId}/payments?wait=${WAIT_S}`, payment);
    if (answer?.status === 202) return this.told(tx);
    if (answer?.status === 200) {
      const { status, eventId, transactionVersion: version, retrySafe, paymentResponse } = answer.body;
      this.journal.add({
        ...{ what: 'complete', tx, status, eventId, version, connection },
        ...(retrySafe !== undefined && { retrySafe }),
        ...(paymentResponse.errorCode && { code: paymentResponse.errorCode }),
      });
      const isDoubtful = DOUBTFUL.includes(paymentResponse.errorCode as string);
      if (isDoubtful && !this.hook) this.doubtful.add(tx);
      return 'final';
    }
    const { code = `HTTP_${answer?.status ?? 'NOTHING'}`, retrySafe } = answer?.body ?? {};
    if (code === 'TIMEOUT' || answer === undefined) return { inDoubt: true };
    const verdict = typeof retrySafe === 'boolean' ? { retrySafe } : {};
    this.journal.add({ what: 'refused', tx, code, connection, ...verdict });
    if (retrySafe === true && this.random.chance(this.manner.abandons)) {
      this.journal.add({ what: 'abandoned', tx, code: 'retrySafe' });
      return 'abandoned';
    }
    return { inDoubt: retrySafe !== true };
  }

  /** What it finds is only noted: the outcome itself comes as the answer to the payment. */
  private async look(tx: string): Promise<Step> {
    const answer = await this.call('GET', `/v1/transactions/${tx}?wait=${WAIT_S}`);
    if (answer?.status === 200) {
      const { status, version } = answer.body;
      this.journal.add({ what: 'looked', tx, status, version });
    }
    return { inDoubt: true };
  }

  private call(method: string, path: string, payment?: object): Promise<Answer> {
    const { url, key, secret } = this.options;
    const body = payment ? JSON.stringify(payment) : '';
    const timestamp = new Date().toISOString();
    const digest = createHash('sha256').update(body).digest('hex');
    const signed = `${method}\n${path.split('?')[0]}\n${timestamp}\n${digest}`;
    const headers = {
      'x-api-key': key,
      'x-timestamp': timestamp,
      'x-signature': createHmac('sha256', secret).update(signed).digest('base64'),
      'content-length': Buffer.byteLength(body),
    };
    return new Promise((resolve) => {
      const signal = AbortSignal.timeout(GIVE_UP_MS);
      const sent = request(url + path, { method, headers, agent: this.agent, signal }, (response) => {
        text(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, body: parsed(answer) }),
          () => resolve(undefined),
        );
      });
      sent.once('error', () => resolve(undefined));
      sent.end(body);
    });
  }
}

function parsed(answer: string): Record<string, any> {
  try {
    return JSON.parse(answer) as Record<string, unknown>;
  } catch {
    return {};
  }
}
