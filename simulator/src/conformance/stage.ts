import type { Times } from '../gateway/times.js';
import type { Frame } from '../wire/frame.js';
import { auditPayments } from './audit.js';
import {
  cancelPayment,
  givenUp,
  paymentComplete,
  paymentFrame,
  paymentVoided,
  statusUpdate,
  voidPayment,
  type Asked,
  type Outcome,
  type PaymentRequest,
} from './contract.js';
import { SLACK_MS, type Device, type OpenOptions } from './device.js';
import { HttpDesk } from './http-desk.js';
import type { Lease } from './key-pool.js';
import { TEXT, type ObjectShape } from './shape.js';
import type { Surroundings } from './surroundings.js';
import { Terminal } from './terminal.js';
import { Till } from './till.js';

/** A till and a terminal that it pays at. */
export interface Pair {
  till: Till;
  terminal: Terminal;
}

/** In the middle of a payment. */
export interface Begun extends Pair {
  asked: Asked;
}

/** The devices of one scenario and what they do together. */
export class Stage {
  readonly tills: readonly Till[];
  readonly terminals: readonly Terminal[];
  readonly anonymous: readonly Terminal[];
  readonly foreignTills: readonly Till[];
  readonly foreignTerminals: readonly Terminal[];
  /** What the till does over HTTP. */
  readonly http: HttpDesk;

  constructor(
    lease: Lease,
    readonly times: Times,
    private readonly around: Surroundings,
  ) {
    const name = (kind: string, i: number) => (i === 0 ? kind : `${kind} ${i + 1}`);
    const till = (kind: string) => (key: Lease['tills'][number], i: number) =>
      new Till(name(kind, i), key, around);
    const terminal = (kind: string) => (key: Lease['tills'][number], i: number) =>
      new Terminal(name(kind, i), key, around);
    this.tills = lease.tills.map(till('till'));
    this.terminals = lease.terminals.map(terminal('terminal'));
    this.anonymous = lease.anonymous.map(terminal('anonymous'));
    this.foreignTills = lease.foreignTills.map(till('foreign till'));
    this.foreignTerminals = lease.foreignTerminals.map(terminal('foreign term.'));
    this.http = new HttpDesk(this, around);
  }

  get till(): Till {
    return this.tills[0]!;
  }

  get terminal(): Terminal {
    return this.terminals[0]!;
  }

  /** Till and terminal connect. */
  async opens(options: { till?: OpenOptions; terminal?: OpenOptions } = {}): Promise<Pair> {
    const { till, terminal } = this;
    await Promise.all([till.connects(options.till), terminal.connects(options.terminal)]);
    return { till, terminal };
  }

  /** Till and a terminal without a device id connect. @returns also what the till calls it: its connection id */
  async opensAnonymous(): Promise<Pair & { terminalId: string }> {
    const till = await this.till.connects();
    const terminal = await this.anonymous[0]!.connects();
    // Terminals of other scenarios may come at this moment, but none of them is anonymous.
    const isIt = (frame: Frame) => frame.status === 'connected' && frame['deviceId'] === undefined;
    const news = await till.now.next('news of an anonymous terminal', isIt, this.after(0));
    const shape = statusUpdate({ terminalId: TEXT, groupId: till.key.groupId }, 'connected');
    till.compares(shape, news, 'news of an anonymous terminal');
    return { till, terminal, terminalId: news.connectionId! };
  }

  /** Till and terminal connect, and the terminal gets a payment. */
  async begins(request: Partial<PaymentRequest> = {}, options?: { till: OpenOptions }): Promise<Begun> {
    const pair = await this.opens(options);
    return { ...pair, asked: await this.handsOver(request) };
  }

  /** The till asks for a payment, and the terminal gets it as it was asked for. */
  async handsOver(request: Partial<PaymentRequest> = {}, pair: Partial<Pair> = {}): Promise<Asked> {
    const { till, terminal } = { ...this.pair, ...pair };
    const asked = till.pays(terminal.id, request);
    await terminal.gets(paymentFrame(asked));
    return asked;
  }

  /** The terminal answers a payment, and the till is told so. @returns what the till was told */
  async ends(
    asked: Asked,
    status: Outcome = 'SUCCESS',
    response: ObjectShape = {},
    pair: Partial<Pair> = {},
  ): Promise<Frame> {
    const { till, terminal } = { ...this.pair, ...pair };
    terminal.answers(asked, status, response);
    return till.gets(paymentComplete(asked, status, response));
  }

  /** A payment from its beginning to its end. */
  async plays(request: Partial<PaymentRequest> = {}, status: Outcome = 'SUCCESS'): Promise<Asked> {
    const asked = await this.handsOver(request);
    await this.ends(asked, status);
    return asked;
  }

  /** The terminal drops and stays away until the payment is given up. */
  async givesUp(asked: Asked): Promise<Frame> {
    this.terminal.drops();
    return this.till.gets(givenUp(asked, 'TERMINAL_DISCONNECTED'), this.after(this.times.graceMs));
  }

  /** A payment that was given up because its terminal stayed away too long, and the terminal back again. */
  async beginsTooLate(): Promise<Begun & { told: Frame }> {
    const begun = await this.begins();
    const told = await this.givesUp(begun.asked);
    await begun.terminal.connects();
    return { ...begun, told };
  }

  /** A payment that was given up because its terminal said nothing. */
  async beginsUnanswered(): Promise<Begun> {
    const begun = await this.begins();
    const { paymentTimeoutMs } = this.times;
    await begun.till.gets(givenUp(begun.asked, 'NO_RESPONSE'), this.after(paymentTimeoutMs));
    return begun;
  }

  /** The terminal approves a payment that was given up, and is told to void it. */
  async approvesLate(asked: Asked): Promise<void> {
    this.terminal.answers(asked, 'SUCCESS');
    await this.terminal.gets(voidPayment(asked));
  }

  /** The terminal has voided a payment, and the till is told so. */
  async voids(asked: Asked): Promise<void> {
    this.terminal.answersVoid(asked, 'SUCCESS');
    await this.till.gets(paymentVoided(asked));
  }

  /** A till wants to cancel a payment, and the terminal is asked to. */
  async cancels(asked: Asked, by = this.till): Promise<void> {
    by.cancels(asked);
    await this.terminal.gets(cancelPayment(asked));
  }

  /** How long to wait for something that comes after this time of the gateway. */
  after(ms: number): number {
    return ms + SLACK_MS + this.around.patienceMs;
  }

  /** @throws Mismatch if something does not hold that holds in every scenario */
  async audit(): Promise<void> {
    const open = this.devices.filter((device) => device.connections.length > 0 && device.now.isOpen);
    await Promise.all(open.map(({ now }) => now.roundTrip(this.around.patienceMs)));
    auditPayments(this.around, [...this.tills, ...this.foreignTills], this.everyTerminal);
  }

  /** Ends what a scenario left open, so that its devices can be used again, and closes everything. */
  async clear(): Promise<void> {
    await Promise.all([...this.everyTerminal.map(giveUpOpen), this.http.clear()]);
    this.devices.forEach((device) => device.leaves());
  }

  private get pair(): Pair {
    return { till: this.till, terminal: this.terminal };
  }

  private get everyTerminal(): Terminal[] {
    return [...this.terminals, ...this.anonymous, ...this.foreignTerminals];
  }

  private get devices(): Device[] {
    return [...this.tills, ...this.foreignTills, ...this.everyTerminal];
  }
}

/** Best effort: a gateway that is broken enough may not take it. */
async function giveUpOpen(terminal: Terminal): Promise<void> {
  const ids = (action: string) =>
    terminal.connections.flatMap((connection) =>
      connection.all(action).map(({ transactionId }) => transactionId ?? ''),
    );
  const settled = ids('paymentResponseAck');
  const times = (id: string, list: readonly string[]) => list.filter((each) => each === id).length;
  // A gateway that gives a payment twice waits for two answers.
  const given = ids('payment');
  const open = [...new Set(given)].filter((id) => times(id, given) > times(id, settled));
  if (open.length === 0) return;
  try {
    if (!terminal.now.isOpen) await terminal.connects();
    for (const transactionId of open) terminal.answers({ transactionId }, 'CANCELLED');
    await terminal.now.roundTrip(1_000);
  } catch {
    // What is left of it is seen by the next scenario with this terminal.
  }
}
