import { httpOrigin } from '../gateway/target.js';
import type { Times } from '../gateway/times.js';
import type { Frame } from '../wire/frame.js';
import { HttpCaller } from '../wire/http-caller.js';
import { paymentFrame, type Asked, type PaymentRequest } from './contract.js';
import { Mismatch, Terminal, Till, type Device, type Surroundings } from './devices.js';
import type { Lease } from './key-pool.js';

/** How much longer than the gateway's own time something may take. */
const SLACK_MS = 3_000;

/** The devices of one scenario and what they do together. */
export class Stage {
  readonly tills: readonly Till[];
  readonly terminals: readonly Terminal[];
  readonly anonymous: readonly Terminal[];
  readonly foreignTills: readonly Till[];
  readonly foreignTerminals: readonly Terminal[];

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
  }

  get till(): Till {
    return this.tills[0]!;
  }

  get terminal(): Terminal {
    return this.terminals[0]!;
  }

  /** Signs with the key of a till. */
  caller(till = this.till, on = 0): HttpCaller {
    const { key, secret = '' } = till.key;
    const url = httpOrigin(this.around.urls[on % this.around.urls.length]!);
    return new HttpCaller(url, { key, secret }, this.around.transcript.of(`${till.name} http`));
  }

  /** Till and terminal connect. */
  async opens(): Promise<{ till: Till; terminal: Terminal }> {
    await Promise.all([this.till.connects(), this.terminal.connects()]);
    return { till: this.till, terminal: this.terminal };
  }

  /** The till asks for a payment, and the terminal gets it as it was asked for. */
  async handsOver(
    request: Partial<PaymentRequest> = {},
    till = this.till,
    terminal = this.terminal,
  ): Promise<Asked> {
    const asked = till.pays(terminal.id, request);
    await terminal.gets(paymentFrame(asked));
    return asked;
  }

  /** How long to wait for something that comes after this time of the gateway. */
  after(ms: number): number {
    return ms + SLACK_MS + this.around.patienceMs;
  }

  /**
   * What holds in every scenario: a payment comes once, and once more for each time its terminal says it never arrived; a
   * result is the same event however often it comes.
   * @throws Mismatch
   */
  async audit(): Promise<void> {
    const open = this.devices.filter((device) => device.connections.length > 0 && device.now.isOpen);
    await Promise.all(open.map(({ now }) => now.roundTrip(this.around.patienceMs)));
    for (const asked of this.around.asked) {
      const { transactionId } = asked;
      for (const terminal of this.everyTerminal) {
        const times = terminal.timesGiven(transactionId);
        const allowed = 1 + terminal.timesDisowned(transactionId);
        if (times > allowed) {
          throw new Mismatch(
            `${terminal.name} to get ${transactionId} at most ${allowed}×`,
            `it got it ${times}×`,
          );
        }
      }
      const events = new Set(
        this.resultsOf(asked).map(({ eventId, status }) => `${status} ${eventId ?? ''}`),
      );
      if (events.size > 1) {
        throw new Mismatch(`one result of ${transactionId}`, [...events].join(' and '));
      }
    }
  }

  /** Ends what a scenario left open, so that its devices can be used again, and closes everything. */
  async clear(): Promise<void> {
    await Promise.all(this.everyTerminal.map(giveUpOpen));
    for (const { connections } of this.devices) connections.forEach((connection) => connection.drop());
  }

  private get everyTerminal(): Terminal[] {
    return [...this.terminals, ...this.anonymous, ...this.foreignTerminals];
  }

  private get devices(): Device[] {
    return [...this.tills, ...this.foreignTills, ...this.everyTerminal];
  }

  private resultsOf({ transactionId, groupId }: Asked): Frame[] {
    const tills = [...this.tills, ...this.foreignTills].filter(({ key }) => key.groupId === groupId);
    const frames = tills.flatMap(({ connections }) =>
      connections.flatMap((connection) => connection.all('paymentComplete')),
    );
    return frames.filter((frame) => frame.transactionId === transactionId);
  }
}

/** Best effort: a gateway that is broken enough may not take it. */
async function giveUpOpen(terminal: Terminal): Promise<void> {
  const ids = (action: string) =>
    terminal.connections.flatMap((connection) =>
      connection.all(action).map(({ transactionId }) => transactionId),
    );
  const settled = new Set(ids('paymentResponseAck'));
  const open = [...new Set(ids('payment'))].filter((id) => id !== undefined && !settled.has(id));
  if (open.length === 0) return;
  try {
    if (!terminal.now.isOpen) await terminal.connects();
    for (const transactionId of open) terminal.answers({ transactionId: transactionId! }, 'CANCELLED');
    await terminal.now.roundTrip(1_000);
  } catch {
    // What is left of it is seen by the next scenario with this terminal.
  }
}
