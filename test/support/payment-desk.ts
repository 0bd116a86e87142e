import type { Session, Sessions } from '../../src/connections/index.js';
import { KeyStore } from '../../src/keys/index.js';
import { Metrics } from '../../src/metrics/index.js';
import {
  Cancellations,
  Interruptions,
  LateResults,
  Outcomes,
  Payments,
  readPaymentOrder,
  type PayOptions,
  readTerminalAnswer,
  Stages,
  type Waits,
} from '../../src/payments/index.js';
import { Ledger } from '../../src/payments/ledger.js';
import { Outbox } from '../../src/payments/outbox.js';
import { claim, forgetCancel, unclaim } from '../../src/payments/scripts.js';
import { memberOf, type DeadlineSet, type Endpoint, type Pulse } from '../../src/presence/index.js';
import type { Principal } from '../../src/protocol/index.js';
import {
  escapeId,
  type HintLine,
  mailId,
  type MailHandler,
  type MailKind,
  type Relay,
} from '../../src/relay/index.js';
import { ReceiptDesk } from '../../src/relay/receipt-desk.js';
import { TerminalResolver } from '../../src/terminals/index.js';
import { Trail } from '../../src/tracing/index.js';
import { GROUP } from './endpoints.js';
import { PaymentRecords } from './payment-records.js';
import { silentLogger, type TestStore } from './test-store.js';

/** Whose connection something is done for. */
export interface Actor {
  principal: Principal;
  epoch: number;
  signedAt?: number;
  isFirst: boolean;
  endpoint: Endpoint;
}

/** The life of payments in the store, step by step, without sockets. */
export class PaymentDesk extends PaymentRecords {
  readonly keyStore: KeyStore;
  readonly ledger: Ledger;
  readonly outbox: Outbox;
  readonly metrics = new Metrics();
  private readonly payments: Payments;
  private readonly outcomes: Outcomes;
  private readonly lateResults: LateResults;
  private readonly interruptions: Interruptions;
  private readonly cancellations: Cancellations;
  private readonly stages: Stages;
  private readonly receipts: ReceiptDesk;
  private readonly due = new Map<string, DeadlineSet>();
  private readonly handlers = new Map<MailKind, MailHandler>();

  constructor(test: TestStore) {
    super(test);
    const { store, config } = test;
    const presence = test.presence();
    // Sweeps, mail and hints come when the test says so.
    const pulse = { watch: (set: DeadlineSet) => this.due.set(set.name, set) } as unknown as Pulse;
    const relay = {
      handle: (kind: MailKind, handler: MailHandler) => this.handlers.set(kind, handler),
    } as unknown as Relay;
    const hints = { on: () => undefined } as unknown as HintLine;
    this.keyStore = new KeyStore(store, config);
    this.ledger = new Ledger(store, presence, config);
    const resolver = new TerminalResolver(this.keyStore, presence);
    const trail = new Trail(silentLogger);
    this.payments = new Payments(this.ledger, resolver, this.metrics, trail, config);
    this.lateResults = new LateResults(this.ledger, trail, config, silentLogger);
    this.outbox = new Outbox(this.ledger, silentLogger, pulse);
    this.outcomes = new Outcomes(
      this.ledger,
      this.lateResults,
      this.outbox,
      this.metrics,
      trail,
      config,
      silentLogger,
      pulse,
    );
    this.interruptions = new Interruptions(this.ledger, presence, this.outcomes, config, silentLogger, pulse);
    this.cancellations = new Cancellations(
      this.ledger,
      this.outcomes,
      {} as Waits,
      relay,
      trail,
      config,
      silentLogger,
    );
    this.stages = new Stages(this.ledger, {} as Sessions, hints);
    this.receipts = new ReceiptDesk(store, presence, config);
  }

  /** Makes the device id of a terminal known, as its API key does. */
  async knows({ keyId, groupId, deviceType, deviceId, metadata }: Principal): Promise<void> {
    await this.keyStore.put(
      { id: keyId, groupId, deviceType, deviceId, metadata, disabled: false },
      `key of ${keyId}`,
    );
  }

  /** @param request beside the transaction id */
  async pay(
    caller: Actor,
    terminalId: string,
    transactionId: string,
    request: object = {},
    options: PayOptions = {},
  ): Promise<string> {
    const paymentRequest = {
      transactionId,
      amount: '10.00',
      currency: 'PHP',
      paymentMethod: 'CARD',
      ...request,
    };
    const body = { action: 'payment', terminalId, paymentRequest };
    const order = readPaymentOrder({ action: 'payment', body, text: JSON.stringify(body) });
    return (await this.payments.pay(caller, order, options)).kind;
  }

  /** Asks for the right to write a payment to a terminal's socket. */
  claim({ principal, epoch }: Actor, transactionId: string, token: string): Promise<string[]> {
    const subject = { groupId: principal.groupId, transactionId, terminalKey: principal.keyId };
    const { paymentTimeoutMs } = this.test.config;
    const args = { ...this.ledger.args(subject), epoch, token, paymentTimeoutMs };
    return this.test.store.run(claim, this.ledger.keys(subject), args);
  }

  /** Gives the right back, because nothing was written. */
  unclaim({ principal }: Actor, transactionId: string, token: string): Promise<string[]> {
    const subject = { groupId: principal.groupId, transactionId, terminalKey: principal.keyId };
    const { deliveryTimeoutMs } = this.test.config;
    const args = { ...this.ledger.args(subject), token, deliveryTimeoutMs, frame: '{"action":"payment"}' };
    return this.test.store.run(unclaim, this.ledger.keys(subject), args);
  }

  answer(terminal: Actor, transactionId: string, status: string, response: object = {}): Promise<void> {
    const body = {
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status, ...response },
    };
    const answer = readTerminalAnswer({ action: body.action, body, text: JSON.stringify(body) });
    return this.outcomes.answer(this.session(terminal), answer);
  }

  /**
   * The receiver has proven to have read a message. Resolves when the store has it.
   * @param stamp of the deposit that was read; the one that lies in the mailbox unless told
   */
  async receipt(actor: Actor, kind: MailKind, transactionId: string, stamp?: string): Promise<boolean> {
    const { principal, epoch } = actor;
    const { groupId, keyId } = principal;
    const id = mailId(kind, transactionId);
    const read = stamp ?? (await this.stamp(keyId, id)) ?? '';
    const entry = { groupId, keyId, epoch, mailId: id, stamp: read, writtenAt: Date.now() };
    return new Promise((done) => this.receipts.add({ ...entry, done }));
  }

  /** What the sweep does with an event that it finds due. @param id transaction and kind, as the outbox has it */
  sweepOutbox(id: string): Promise<void> {
    return this.due.get('outbox')!.onDue(GROUP, id);
  }

  /** What the sweep does with a transaction that it finds due. */
  sweep(transactionId: string): Promise<void> {
    return this.due.get('due')!.onDue(GROUP, escapeId(transactionId));
  }

  /** What the sweep, or whoever noticed the drop, does about a terminal that dropped with an open payment. */
  seeToLost(keyId: string): Promise<void> {
    return this.due.get('lost')!.onDue(GROUP, keyId);
  }

  /** A terminal that was told to have an open payment is back. */
  resume(terminal: Actor): Promise<void> {
    return this.interruptions.onBack(this.session(terminal));
  }

  /** The terminal says that a payment never arrived. */
  tellUnknown(terminal: Actor, transactionId: string): Promise<void> {
    return this.interruptions.onUnknown(this.session(terminal), transactionId);
  }

  tellProgress(terminal: Actor, transactionId: string, stage: string): Promise<void> {
    return this.stages.fromTerminal(this.session(terminal), { transactionId, stage });
  }

  /** Shows that a payment was written to the terminal's socket. */
  showSent(terminal: Actor, transactionId: string): Promise<void> {
    return this.stages.fromGateway(this.session(terminal), transactionId, 'sent');
  }

  /** @param told beside the transaction id */
  answerVoid(
    terminal: Actor,
    transactionId: string,
    told: { status: 'SUCCESS' | 'FAILED'; errorCode?: string },
  ): Promise<void> {
    return this.lateResults.onVoidResponse(this.session(terminal), { transactionId, ...told });
  }

  /** @returns what the till is told at once; undefined if the terminal is asked */
  async cancel(desktop: Actor, transactionId: string): Promise<string | undefined> {
    const sent: string[] = [];
    const session = this.session(desktop, sent);
    await this.cancellations.request(session, transactionId);
    // The till of the test waits for nothing more, so no timer is left behind.
    this.handlers.get('x')!.written!(session, { id: mailId('x', transactionId), frame: '', stamp: '' });
    return sent.map((frame) => (JSON.parse(frame) as { status: string }).status)[0];
  }

  /** The till was told that nobody knows what becomes of its request to cancel. */
  forgetCancel({ principal }: Actor, transactionId: string): Promise<string[]> {
    const { groupId, keyId } = principal;
    const subject = { groupId, transactionId, terminalKey: '' };
    const keys = this.ledger.keys(subject, keyId);
    const desktop = { desktopKey: keyId, desktopMember: memberOf(groupId, keyId) };
    return this.test.store.run(forgetCancel, keys, { ...this.ledger.args(subject), ...desktop });
  }

  answerCancel(terminal: Actor, transactionId: string, status: 'CANCELLED' | 'TOO_LATE'): Promise<void> {
    return this.cancellations.onCancelResponse(this.session(terminal), { transactionId, status });
  }

  private session({ principal, epoch, endpoint }: Actor, sent: string[] = []): Session {
    const { connectionId } = endpoint;
    const send = (frame: string) => sent.push(frame);
    return { principal, epoch, connectionId, isOpen: true, send } as unknown as Session;
  }
}
