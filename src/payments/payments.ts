import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { Metrics } from '../metrics/index.js';
import { GatewayError, paymentFrame, type Principal } from '../protocol/index.js';
import { memberOf } from '../presence/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { mailId, type Mail } from '../relay/index.js';
import { TerminalResolver, type Resolution } from '../terminals/index.js';
import { Trail } from '../tracing/index.js';
import { Ledger } from './ledger.js';
import { isSameRequest, type PaymentOrder } from './payment-order.js';
import { RecentSet } from './recent-set.js';
import { accept, type AcceptOutcome, type AcceptReply } from './scripts.js';
import { transactionText, type TransactionRecord } from './transaction.js';

/** On whose behalf something is asked. */
export interface Caller {
  principal: Principal;
  /** Of its connection; 0 for a caller over HTTP, who has none and gets no push. */
  epoch: number;
  /** When a request over HTTP was signed, ms by the caller's clock: it tells which of two requests is the later one. */
  signedAt?: number;
  /** Of a request over HTTP: its correlation id, and the trace it belongs to (W3C `traceparent`). */
  requestId?: string;
  traceparent?: string | undefined;
  /** Its key was never connected before. */
  isFirst: boolean;
}

/**
 * What became of a request. `accepted`: new. `joined`: it runs already, the caller gets the result too. `replayed`: it is final,
 * and `push`, its stored result, lies in the mailbox of a caller that has one.
 */
export type Acceptance = { kind: 'accepted' | 'joined' } | { kind: 'replayed'; push: Mail };

type Known = Exclude<AcceptOutcome, 'differs'>;
type Refusal = Exclude<Known, Acceptance['kind']>;

export interface PayOptions {
  /** The caller wants to see the stages of the payment. */
  showStages?: boolean;
  /** The webhooks of the group are to be told the outcome. */
  webhooks?: boolean;
}

/** The sender's registration is not the store's: displaced by a newer one, or lost and to be restored. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';

  constructor(readonly displaced: boolean) {
    super(displaced ? 'displaced by a newer connection' : 'not registered');
  }
}

const REMEMBERED = 100_000;

/** Takes payments on. What becomes of them is the business of {@link Outcomes}. */
@Injectable()
export class Payments {
  /** Ids that this instance has brought to the store: the store may hold them, and the terminal too. */
  private readonly known = new RecentSet(REMEMBERED);

  constructor(
    private readonly ledger: Ledger,
    private readonly resolver: TerminalResolver,
    private readonly metrics: Metrics,
    private readonly trail: Trail,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /**
   * Takes a payment on, or joins the one that has this id.
   * @throws GatewayError `DUPLICATE_TRANSACTION`, `TERMINAL_NOT_FOUND`, `TERMINAL_OFFLINE`, `GROUP_MISMATCH`,
   *   `PAYMENT_IN_PROGRESS`, `REQUEST_OUTDATED`, `STORE_UNAVAILABLE`; each says truly whether a retry is safe
   * @throws NotRegistered if the caller does not own its endpoint
   */
  async pay(caller: Caller, order: PaymentOrder, options: PayOptions = {}): Promise<Acceptance> {
    const startedAt = performance.now();
    const { groupId } = caller.principal;
    const begunAt = this.trail.begin();
    const isNew = this.isCertainlyNew(caller, order);
    let resolution = await this.resolve(caller, order, isNew);
    let answer = await this.accept(caller, order, resolution, options);
    if (answer.outcome === 'no_terminal' && 'cached' in resolution && resolution.cached) {
      this.resolver.forget(groupId, order.terminalId);
      resolution = await this.resolve(caller, order, isNew);
      answer = await this.accept(caller, order, resolution, options);
    }
    this.metrics.paymentRequested(answer.outcome, performance.now() - startedAt);
    switch (answer.outcome) {
      case 'accepted':
      case 'joined':
        this.noteAccepted(caller, order, begunAt, answer.outcome);
        return { kind: answer.outcome };
      case 'replayed':
        return {
          kind: 'replayed',
          push: { id: mailId('r', order.transactionId), stamp: answer.stamp!, frame: answer.text! },
        };
      default:
        throw this.refused(caller, order, refusal(answer.outcome, resolution, order.transactionId));
    }
  }

  /** The transaction as JSON text; undefined if the group has none of this id. */
  async find(groupId: string, transactionId: string): Promise<string | undefined> {
    const record = await this.ledger.readAll(groupId, transactionId);
    return record['status'] === undefined
      ? undefined
      : transactionText(transactionId, record as unknown as TransactionRecord);
  }

  /**
   * True if no such payment can have reached the terminal before, as far as can be known without the store: a client may
   * repeat an id that it has sent over another instance.
   */
  isCertainlyNew({ principal, isFirst }: Caller, { transactionId, hasNewId }: PaymentOrder): boolean {
    return hasNewId || (isFirst && !this.known.has(memberOf(principal.groupId, transactionId)));
  }

  /** Nothing has reached the terminal by this request; by an earlier one of this id it may have. */
  private async resolve(caller: Caller, order: PaymentOrder, isNew: boolean): Promise<Resolution> {
    try {
      return await this.resolver.resolve(caller.principal.groupId, order.terminalId);
    } catch (error) {
      throw this.refused(caller, order, this.storeRefusal(error, order.transactionId, isNew));
    }
  }

  /** The store compares requests as texts. Whether other texts are the same value is decided here. */
  private async accept(
    caller: Caller,
    order: PaymentOrder,
    resolution: Resolution,
    options: PayOptions,
  ): Promise<AcceptReply & { outcome: Known }> {
    const { outcome, ...answer } = await this.runAccept(caller, order, resolution, options);
    if (outcome !== 'differs') {
      return { outcome, ...answer };
    }
    const requestText = answer.text!;
    return isSameRequest(requestText, order.requestText)
      ? this.accept(caller, { ...order, requestText }, resolution, options)
      : { outcome: 'duplicate', ...answer };
  }

  private async runAccept(
    caller: Caller,
    order: PaymentOrder,
    resolution: Resolution,
    { showStages = false, webhooks = false }: PayOptions,
  ): Promise<AcceptReply> {
    const { principal, epoch } = caller;
    const { groupId, keyId } = principal;
    const { transactionId, terminalId } = order;
    const subject = { groupId, transactionId, terminalKey: 'keyId' in resolution ? resolution.keyId : '' };
    const isNew = this.isCertainlyNew(caller, order);
    const id = memberOf(groupId, transactionId);
    this.known.add(id);
    try {
      return await this.ledger.store.run(
        accept,
        this.ledger.keys(subject, keyId),
        {
          terminalId,
          deviceId: resolution.kind === 'device' ? terminalId : '',
          desktopKey: epoch === 0 ? '' : keyId,
          desktopMember: memberOf(groupId, keyId),
          desktopEpoch: epoch,
          request: order.requestText,
          deliveryTimeoutMs: this.config.deliveryTimeoutMs,
          frame: paymentFrame(order, { groupId, timestamp: new Date().toISOString() }),
          progress: showStages ? '1' : '',
          webhooks: webhooks ? '1' : '',
          paymentWaitMs: this.config.paymentWaitMs,
          signedAt: caller.signedAt ?? '',
          ...this.ledger.args(subject),
        },
        { args: recordFields(order) },
      );
    } catch (error) {
      const notExecuted = error instanceof StoreUnavailable && error.outcome === 'not-executed';
      if (isNew && notExecuted) {
        this.known.delete(id);
      }
      throw this.refused(caller, order, this.storeRefusal(error, transactionId, isNew && notExecuted));
    }
  }

  private noteAccepted(caller: Caller, order: PaymentOrder, begunAt: number, outcome: string): void {
    if (begunAt > 0) {
      const { principal, requestId, traceparent } = caller;
      const { groupId, keyId } = principal;
      const facts = { keyId, terminalId: order.terminalId, outcome, requestId };
      const of = { groupId, transactionId: order.transactionId };
      this.trail.step('accept', of, begunAt, facts, undefined, traceparent);
    }
  }

  /** @returns the refusal, once it stands in the log */
  private refused({ principal, requestId }: Caller, order: PaymentOrder, refusal: unknown): unknown {
    if (refusal instanceof GatewayError) {
      const { groupId, keyId } = principal;
      const { transactionId, terminalId } = order;
      const { code } = refusal.toBody();
      this.trail.refused({ groupId, transactionId }, { code, keyId, terminalId, requestId });
    }
    return refusal;
  }

  private storeRefusal(error: unknown, transactionId: string, retrySafe: boolean): unknown {
    if (!(error instanceof StoreUnavailable)) {
      return error;
    }
    this.metrics.paymentRequested('unavailable');
    return new GatewayError('STORE_UNAVAILABLE', { transactionId, retrySafe }, { cause: error });
  }
}

function recordFields({ echo }: PaymentOrder): string[] {
  return [...echo].flatMap(([name, text]) => [`request.${name}`, text]);
}

function refusal(outcome: Refusal, resolution: Resolution, transactionId: string): Error {
  switch (outcome) {
    case 'displaced':
    case 'unregistered':
      return new NotRegistered(outcome === 'displaced');
    case 'duplicate':
      return new GatewayError('DUPLICATE_TRANSACTION', { transactionId });
    case 'stale':
      return new GatewayError('REQUEST_OUTDATED', { transactionId, retrySafe: true });
    case 'busy':
      return new GatewayError('PAYMENT_IN_PROGRESS', { transactionId, retrySafe: true });
    case 'offline':
    case 'no_terminal':
      return new GatewayError(unreachable(resolution), { transactionId, retrySafe: true });
  }
}

function unreachable(resolution: Resolution): 'GROUP_MISMATCH' | 'TERMINAL_OFFLINE' | 'TERMINAL_NOT_FOUND' {
  if (resolution.kind === 'foreign') {
    return 'GROUP_MISMATCH';
  }
  return resolution.kind === 'device' ? 'TERMINAL_OFFLINE' : 'TERMINAL_NOT_FOUND';
}
