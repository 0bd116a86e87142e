import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { GatewayError, paymentFrame, type Principal } from '../protocol/index.js';
import { memberOf, Presence } from '../presence/index.js';
import { partitionOf, Store, StoreUnavailable } from '../redis/index.js';
import { escapeId, mailboxKey, mailId, recordKey } from '../relay/index.js';
import { TerminalResolver, type Resolution } from '../terminals/index.js';
import { accept, type AcceptOutcome } from './scripts.js';
import type { PaymentOrder } from './payment-order.js';
import { transactionText, type TransactionRecord } from './transaction.js';

/** The connection on whose behalf something is asked. */
export interface Caller {
  principal: Principal;
  epoch: number;
}

/** `accepted`: new. `joined`: it runs already, the caller gets the result too. `replayed`: its result is on the way. */
export type Acceptance = 'accepted' | 'joined' | 'replayed';

/** The sender's registration is not the store's: displaced by a newer one, or lost and to be restored. */
export class NotRegistered extends Error {
  override readonly name = 'NotRegistered';

  constructor(readonly displaced: boolean) {
    super(displaced ? 'displaced by a newer connection' : 'not registered');
  }
}

/** Takes payments on. What becomes of them is the business of {@link Outcomes}. */
@Injectable()
export class Payments {
  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly resolver: TerminalResolver,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /**
   * Takes a payment on, or joins the one that has this id.
   * @throws GatewayError `DUPLICATE_TRANSACTION`, `TERMINAL_NOT_FOUND`, `TERMINAL_OFFLINE`, `GROUP_MISMATCH`,
   *   `PAYMENT_IN_PROGRESS`, `STORE_UNAVAILABLE`; each says truly whether a retry is safe
   * @throws NotRegistered if the caller does not own its endpoint
   */
  async pay(caller: Caller, order: PaymentOrder): Promise<Acceptance> {
    const { groupId } = caller.principal;
    let resolution = await this.beforeDispatch(order, () => this.resolver.resolve(groupId, order.terminalId));
    let outcome = await this.accept(caller, order, resolution);
    if (outcome === 'no_terminal' && 'cached' in resolution && resolution.cached) {
      this.resolver.forget(groupId, order.terminalId);
      resolution = await this.beforeDispatch(order, () => this.resolver.resolve(groupId, order.terminalId));
      outcome = await this.accept(caller, order, resolution);
    }
    if (outcome === 'accepted' || outcome === 'joined' || outcome === 'replayed') {
      return outcome;
    }
    throw refusal(outcome, resolution, order.transactionId);
  }

  /** The transaction as JSON text; undefined if the group has none of this id. */
  async find(groupId: string, transactionId: string): Promise<string | undefined> {
    const key = recordKey(this.presence.keys, groupId, transactionId);
    const record = await this.store.ask((redis) => redis.hgetall(key));
    return record['status'] === undefined
      ? undefined
      : transactionText(transactionId, record as unknown as TransactionRecord);
  }

  /** Work that cannot have reached the terminal: if the store is away, a retry is safe. */
  private async beforeDispatch<T>(order: PaymentOrder, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw storeRefusal(error, order.transactionId, true);
    }
  }

  private async accept(caller: Caller, order: PaymentOrder, resolution: Resolution): Promise<AcceptOutcome> {
    const { groupId, keyId } = caller.principal;
    const { transactionId, terminalId } = order;
    const { keys } = this.presence;
    const terminalKey = 'keyId' in resolution ? resolution.keyId : '';
    const partition = partitionOf(groupId);
    try {
      return await this.store.run(
        accept,
        {
          record: recordKey(keys, groupId, transactionId),
          terminal: keys.endpoint(groupId, terminalKey),
          terminalMailbox: mailboxKey(keys, groupId, terminalKey),
          desktop: keys.endpoint(groupId, keyId),
          desktopMailbox: mailboxKey(keys, groupId, keyId),
          mail: keys.of(partition, 'mail'),
          due: keys.of(partition, 'due'),
          leases: keys.of(partition, 'leases'),
        },
        {
          terminalKey,
          terminalId,
          terminalMember: memberOf(groupId, terminalKey),
          deviceId: resolution.kind === 'device' ? terminalId : '',
          desktopKey: keyId,
          desktopMember: memberOf(groupId, keyId),
          desktopEpoch: caller.epoch,
          fingerprint: order.fingerprint,
          channel: keys.channel(partition),
          deliveryTimeoutMs: this.config.deliveryTimeoutMs,
          keepMs: this.config.transactionRetentionMs,
          member: memberOf(groupId, escapeId(transactionId)),
          mailId: mailId('p', transactionId),
          resultMailId: mailId('r', transactionId),
          frame: paymentFrame({ ...order, groupId, timestamp: new Date().toISOString() }),
          instance: this.config.instanceId,
        },
        { args: recordFields(order) },
      );
    } catch (error) {
      throw storeRefusal(
        error,
        transactionId,
        error instanceof StoreUnavailable && error.outcome === 'not-executed',
      );
    }
  }
}

function recordFields(order: PaymentOrder): string[] {
  return [
    'request',
    order.requestText,
    ...[...order.echo].flatMap(([name, text]) => [`request.${name}`, text]),
  ];
}

function storeRefusal(error: unknown, transactionId: string, retrySafe: boolean): unknown {
  return error instanceof StoreUnavailable
    ? new GatewayError('STORE_UNAVAILABLE', { transactionId, retrySafe }, { cause: error })
    : error;
}

function refusal(
  outcome: Exclude<AcceptOutcome, Acceptance>,
  resolution: Resolution,
  transactionId: string,
): Error {
  switch (outcome) {
    case 'displaced':
    case 'unregistered':
      return new NotRegistered(outcome === 'displaced');
    case 'duplicate':
      return new GatewayError('DUPLICATE_TRANSACTION', { transactionId });
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
