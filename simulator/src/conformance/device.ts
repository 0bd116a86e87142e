import { setTimeout as sleep } from 'node:timers/promises';
import type { KeyRecord } from '../gateway/keys.js';
import {
  Connection,
  Refused,
  type Closing,
  type ConnectionOptions,
  type Outgoing,
} from '../wire/connection.js';
import type { Frame } from '../wire/frame.js';
import { CLOSE, type Known } from './contract.js';
import { assertShape, Mismatch } from './mismatch.js';
import { differences, type ObjectShape, type Shape } from './shape.js';
import type { Surroundings } from './surroundings.js';

export type OpenOptions = Partial<Pick<ConnectionOptions, 'headers' | 'query' | 'socket'>>;

/** A connection that reads and does not confirm, so that the gateway can not know what has arrived. */
export const UNCONFIRMING: OpenOptions = { socket: { autoPong: false } };

/** How much longer than the gateway's own time something may take. */
export const SLACK_MS = 3_000;

/** A device of a scenario: one key, one connection at a time. Its steps say what it does and what it must get. */
export class Device {
  /** All connections, the latest last. */
  readonly connections: Connection[] = [];
  private hasLeft = false;

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
    if (this.hasLeft) connection.drop();
    return connection;
  }

  /** The connection ends without a word, and there is another one. */
  async comesBack(): Promise<void> {
    this.drops();
    await this.connects();
  }

  /** Connects while it is connected, which ends the older connection. @returns the older one */
  async displacesItself(): Promise<Connection> {
    const older = this.now;
    await this.connects();
    await this.isClosedWith(CLOSE.displaced, undefined, older);
    return older;
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

  /** Ends all its connections, and the one that it may be opening at this moment: nobody is there any more to do so later. */
  leaves(): void {
    this.hasLeft = true;
    this.connections.forEach((connection) => connection.drop());
  }

  /** Everything that it sent before has been handled, and what the gateway had for it has come. */
  async catchesUp(): Promise<void> {
    await this.now.roundTrip(this.around.patienceMs + SLACK_MS);
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
  async getsNo(action: string, asked?: Known): Promise<void> {
    await this.now.roundTrip(this.around.patienceMs);
    const stray = this.now
      .all(action)
      .find(({ transactionId }) => !asked || transactionId === asked.transactionId);
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
    assertShape(shape, actual, this.around.highest, expected);
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
