import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyRecord } from '../gateway/keys.js';
import {
  Connection,
  Refused,
  type Closing,
  type ConnectionOptions,
  type Outgoing,
} from '../wire/connection.js';
import type { Frame, Transaction } from '../wire/frame.js';
import type { Asked, PaymentRequest } from './contract.js';
import type { Layer } from './layers.js';
import { differences, type ObjectShape, type Shape } from './shape.js';
import type { Transcript } from './transcript.js';

/** A frame came, and it is not as the contract wants it. */
export class Mismatch extends Error {
  override readonly name = 'Mismatch';

  constructor(
    readonly expected: string,
    readonly came: string,
    readonly details: readonly string[] = [],
  ) {
    super([`expected ${expected}, came ${came}`, ...details].join('\n'));
  }
}

/** What the devices of one scenario have in common. */
export interface Surroundings {
  urls: readonly string[];
  /** How long a frame may take that is due at once, in ms. */
  patienceMs: number;
  highest: Layer;
  transcript: Transcript;
  /** Every payment that was asked for. */
  asked: Asked[];
}

type OpenOptions = Partial<Pick<ConnectionOptions, 'headers' | 'query' | 'socket'>>;

const POLL_MS = 25;

/** A device of a scenario: one key, one connection at a time. Its steps say what it does and what it must get. */
export class Device {
  /** All connections, the latest last. */
  readonly connections: Connection[] = [];

  constructor(
    readonly name: string,
    readonly key: KeyRecord,
    protected readonly around: Surroundings,
  ) {}

  get now(): Connection {
    return this.connections.at(-1)!;
  }

  /** Connects anew, to the next instance if there are several, and waits until the gateway has registered it. */
  async connects(options: OpenOptions = {}): Promise<this> {
    await this.opens(options);
    await this.now.roundTrip(this.around.patienceMs);
    return this;
  }

  /** Connects, and waits for no more than the upgrade. */
  async opens(options: OpenOptions = {}): Promise<Connection> {
    const { urls, transcript } = this.around;
    const url = urls[this.connections.length % urls.length]!;
    const name = this.connections.length === 0 ? this.name : `${this.name} #${this.connections.length + 1}`;
    const connection = await openPatiently({ url, key: this.key.key, tap: transcript.of(name), ...options });
    this.connections.push(connection);
    return connection;
  }

  sends(frame: Outgoing): void {
    this.now.send(frame);
  }

  drops(): void {
    this.now.drop();
  }

  freezes(): void {
    this.now.freeze();
  }

  async closes(): Promise<Closing> {
    return this.now.close();
  }

  /**
   * Waits for the frame that a shape is about: its action and, where they are literal, its transactionId, terminalId and
   * eventId tell which that is.
   * @throws Mismatch if that frame is not as expected; Missed if none comes
   */
  async gets(shape: ObjectShape, within = this.around.patienceMs, on = this.now): Promise<Frame> {
    const identity = identityOf(shape);
    const expected = JSON.stringify(identity);
    const isIt = (frame: Frame) =>
      Object.entries(identity).every(([name, value]) => value === (frame[name] ?? idInside(frame, name)));
    const frame = await on.next(`${this.name} to get ${expected}`, isIt, within);
    this.compares(shape, frame, `${this.name} to get ${expected} as in the contract`);
    return frame;
  }

  /** Sends a frame and waits for its answer. */
  async asks(frame: Outgoing, answer: ObjectShape, within?: number): Promise<Frame> {
    this.sends(frame);
    return this.gets(answer, within);
  }

  /** Everything that the gateway had for this device has come by now, and nothing of it has this action and transaction. */
  async getsNo(action: string, transactionId?: string): Promise<void> {
    await this.now.roundTrip(this.around.patienceMs);
    const stray = this.now
      .all(action)
      .find((frame) => !transactionId || frame.transactionId === transactionId);
    if (stray) throw new Mismatch(`${this.name} to get no ${action}`, this.now.textOf(stray));
  }

  /** For so long no frame comes that is like this shape. */
  async neverGets(shape: ObjectShape, forMs: number): Promise<void> {
    const isIt = (frame: Frame) => differences(shape, frame, this.around.highest).length === 0;
    const stray = await this.now.next('', isIt, forMs).catch(() => undefined);
    if (stray) throw new Mismatch(`${this.name} to get no ${JSON.stringify(shape)}`, this.now.textOf(stray));
    if (!this.now.isOpen) throw new Mismatch(`${this.name} to stay connected`, 'the connection ended');
  }

  /** Waits for the gateway to end the connection. */
  async isClosedWith(code: number, within = this.around.patienceMs, on = this.now): Promise<void> {
    const closing = await Promise.race([on.closed, sleep(within, undefined, { ref: false })]);
    const came = closing ? `${closing.code} ${closing.reason}` : `it is still open after ${within} ms`;
    if (closing?.code !== code) throw new Mismatch(`${this.name} to be closed with ${code}`, came);
  }

  /** @throws Mismatch */
  compares(shape: Shape, actual: unknown, expected: string): void {
    const details = differences(shape, actual, this.around.highest);
    if (details.length > 0) throw new Mismatch(expected, JSON.stringify(actual), details);
  }

  /** How often a payment came, over all connections. */
  timesGiven(transactionId: string): number {
    const frames = this.connections.flatMap((connection) => connection.all('payment'));
    return frames.filter((frame) => frame.transactionId === transactionId).length;
  }
}

/** A point of sale. */
export class Till extends Device {
  /** Asks for a payment, and knows what was asked. */
  pays(terminalId: string, request: Partial<PaymentRequest> = {}): Asked & { transactionId: string } {
    const full = newRequest(request);
    const asked = { transactionId: full.transactionId, terminalId, groupId: this.key.groupId, request: full };
    this.around.asked.push(asked);
    this.sends({ action: 'payment', terminalId, paymentRequest: full });
    return asked;
  }

  /** Asks for the very same payment again. */
  repeats({ terminalId, request }: Asked): void {
    this.sends({ action: 'payment', terminalId, paymentRequest: request });
  }

  /** The transaction as the gateway tells it. [X] */
  async looksAt(transactionId: string): Promise<Transaction> {
    const answer = await this.asks(
      { action: 'getTransaction', transactionId },
      { action: 'transactionResponse', transaction: { transactionId } },
    );
    return answer.transaction!;
  }

  /** Whether the gateway knows a transaction of this id. [X] */
  async knows(transactionId: string): Promise<boolean> {
    this.sends({ action: 'getTransaction', transactionId });
    const isAnswer = (frame: Frame) =>
      frame.transaction?.transactionId === transactionId ||
      (frame.requestAction === 'getTransaction' && frame.transactionId === transactionId);
    const expected = `${this.name} to get an answer about ${transactionId}`;
    const answer = await this.now.next(expected, isAnswer, this.around.patienceMs);
    return answer.code !== 'TRANSACTION_NOT_FOUND';
  }

  /** Looks at the transaction until it is as expected. [X] @throws Mismatch after the patience */
  async sees(
    { transactionId }: Asked,
    shape: ObjectShape,
    within = this.around.patienceMs,
  ): Promise<Transaction> {
    const end = Date.now() + within;
    for (;;) {
      const shown = await this.looksAt(transactionId);
      if (differences(shape, shown, this.around.highest).length === 0) return shown;
      if (Date.now() > end) this.compares(shape, shown, `the transaction to become ${JSON.stringify(shape)}`);
      await sleep(POLL_MS);
    }
  }
}

/** A card terminal. */
export class Terminal extends Device {
  private readonly disowned: string[] = [];

  /** What a till calls it: its device id. */
  get id(): string {
    return this.key.deviceId ?? '';
  }

  /** Answers a payment, without waiting. */
  answers({ transactionId }: Pick<Asked, 'transactionId'>, status: string, rest: object = {}): void {
    this.sends({
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status, ...rest },
    });
  }

  /** Says, asked or not, that a payment never arrived. */
  disowns({ transactionId }: Pick<Asked, 'transactionId'>): void {
    this.disowned.push(transactionId);
    this.sends({ action: 'paymentUnknown', transactionId });
  }

  /** How often it said that this payment never arrived. */
  timesDisowned(transactionId: string): number {
    return this.disowned.filter((id) => id === transactionId).length;
  }
}

/** Connects, and waits as long as a gateway says that takes no more connections for now. @throws Refused for any other reason */
async function openPatiently(options: ConnectionOptions): Promise<Connection> {
  for (;;) {
    try {
      return await Connection.open(options);
    } catch (error) {
      const body =
        error instanceof Refused && error.status === 429 ? (error.body as { retryAfterMs?: number }) : {};
      if (typeof body.retryAfterMs !== 'number') throw error;
      await sleep(body.retryAfterMs);
    }
  }
}

let made = 0;

/** A request that nobody has made before. */
export function newRequest(rest: Partial<PaymentRequest> = {}): PaymentRequest & { transactionId: string } {
  const transactionId = `sim-${Date.now().toString(36)}-${process.pid.toString(36)}-${++made}`;
  return {
    transactionId,
    amount: '10.00',
    currency: 'EUR',
    paymentMethod: 'CARD',
    ...rest,
  };
}

function identityOf(shape: ObjectShape): Record<string, string> {
  const inside = shape['transaction'] as ObjectShape | undefined;
  const named: ObjectShape = { ...(inside && { transactionId: inside['transactionId']! }), ...shape };
  const identity: Record<string, string> = {};
  const names = ['action', 'transactionId', 'terminalId', 'eventId', 'stage'];
  // Of a terminal there may be several news, in whatever order two instances bring them.
  if (shape['action'] === 'terminalStatusUpdate') names.push('status');
  for (const name of names) {
    const value = named[name];
    if (typeof value === 'string') identity[name] = value;
  }
  return identity;
}

/** The answer to `getTransaction` has its id inside. */
function idInside(frame: Frame, name: string): unknown {
  return name === 'transactionId' ? frame.transaction?.transactionId : undefined;
}
