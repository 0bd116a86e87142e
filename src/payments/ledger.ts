import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { memberOf, Presence } from '../presence/index.js';
import { partitionOf, Store } from '../redis/index.js';
import { escapeId, recordKey } from '../relay/index.js';
import { TransactionKeys } from './transaction-keys.js';

/** One transaction and the key id of its terminal. */
export interface Subject {
  groupId: string;
  transactionId: string;
  terminalKey: string;
}

/** The store's answer: what came of it, and a detail that depends on that. */
export interface Verdict {
  kind: string;
  detail: string | undefined;
  /** An event for the webhooks has come into the outbox. */
  hasEvent: boolean;
  /** `settled`: ms since the payment was accepted. */
  latencyMs: number;
}

/** A script that writes to desktops: its keys and arguments go on with theirs. */
type ToDesktops = (recipients: string, further: { keys: string[]; args: string[] }) => Promise<string[]>;

/** Where everything of a transaction lies, and how scripts of several desktops are called. */
@Injectable()
export class Ledger {
  constructor(
    readonly store: Store,
    private readonly presence: Presence,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /** @param desktopKey key id of the desktop that a script is about, if it is about one */
  keys(subject: Subject, desktopKey?: string): TransactionKeys {
    return new TransactionKeys(this.presence.keys, subject, desktopKey);
  }

  /**
   * Arguments that scripts of transactions have in common. To be spread behind a script's own ones: each member behind a spread
   * costs a microsecond (docs/performance.md), as much as reading the frame that led there.
   */
  args({ groupId, transactionId, terminalKey }: Subject) {
    const escapedId = escapeId(transactionId);
    return {
      terminalKey,
      terminalMember: memberOf(groupId, terminalKey),
      member: memberOf(groupId, escapedId),
      escapedId,
      channel: this.presence.keys.channel(partitionOf(groupId)),
      keepMs: this.config.transactionRetentionMs,
      instance: this.config.instanceId,
    };
  }

  /**
   * Runs a script that writes to desktops. Every key must be named in the call, but who the desktops are is decided in the
   * store: if the guess is wrong the script does nothing but say who they are, and is called again.
   * @param guess key ids joined by line feeds
   */
  async toDesktops(groupId: string, guess: string, run: ToDesktops): Promise<Verdict> {
    const { keys } = this.presence;
    let recipients = guess;
    for (;;) {
      const desktops = recipients === '' ? [] : recipients.split('\n');
      const [kind = '', detail, event, latency] = await run(recipients, {
        keys: desktops.flatMap((keyId) => [keys.endpoint(groupId, keyId), keys.mailbox(groupId, keyId)]),
        args: desktops.map((keyId) => memberOf(groupId, keyId)),
      });
      if (kind !== 'recipients') {
        return { kind, detail, hasEvent: event === '1', latencyMs: Number(latency ?? 0) };
      }
      recipients = detail ?? '';
    }
  }

  /** Some fields of a transaction's record; null for what it has not. */
  async read<F extends string>(
    groupId: string,
    transactionId: string,
    fields: readonly F[],
  ): Promise<Record<F, string | null>> {
    const key = recordKey(this.presence.keys, groupId, transactionId);
    const values = await this.store.ask((redis) => redis.hmget(key, ...fields));
    return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? null])) as Record<
      F,
      string | null
    >;
  }

  async readAll(groupId: string, transactionId: string): Promise<Record<string, string>> {
    const key = recordKey(this.presence.keys, groupId, transactionId);
    return this.store.ask((redis) => redis.hgetall(key));
  }
}
