import type { PresenceKeys } from '../presence/index.js';
import { partitionOf } from '../redis/index.js';
import { escapeId, recordKey } from '../relay/index.js';
import type { Subject } from './ledger.js';

/** Every key that a change of a transaction may touch. Made when it is asked for: no script needs them all. */
export class TransactionKeys {
  private readonly partition: number;

  /** @param desktopKey key id of the desktop that a script is about, if it is about one */
  constructor(
    private readonly keys: PresenceKeys,
    private readonly subject: Subject,
    private readonly desktopKey = '',
  ) {
    this.partition = partitionOf(subject.groupId);
  }

  get record(): string {
    return recordKey(this.keys, this.subject.groupId, this.subject.transactionId);
  }

  get terminal(): string {
    return this.keys.endpoint(this.subject.groupId, this.subject.terminalKey);
  }

  get terminalMailbox(): string {
    return this.keys.mailbox(this.subject.groupId, this.subject.terminalKey);
  }

  get desktop(): string {
    return this.keys.endpoint(this.subject.groupId, this.desktopKey);
  }

  get desktopMailbox(): string {
    return this.keys.mailbox(this.subject.groupId, this.desktopKey);
  }

  get desktops(): string {
    return this.keys.of(this.partition, `desktops:${this.subject.groupId}`);
  }

  get refusal(): string {
    const { groupId, transactionId } = this.subject;
    return this.keys.of(this.partition, `refused:${groupId}:${escapeId(transactionId)}`);
  }

  get mail(): string {
    return this.keys.of(this.partition, 'mail');
  }

  get due(): string {
    return this.keys.of(this.partition, 'due');
  }

  get lost(): string {
    return this.keys.of(this.partition, 'lost');
  }

  get grace(): string {
    return this.keys.of(this.partition, 'grace');
  }

  get leases(): string {
    return this.keys.of(this.partition, 'leases');
  }

  get outbox(): string {
    return this.keys.of(this.partition, 'outbox');
  }

  get payments(): string {
    return this.keys.of(this.partition, 'payments');
  }
}
