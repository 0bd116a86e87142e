interface Sent {
  what: 'payment' | 'look';
  transactionId: string;
}

/**
 * Finds out what an answer is about. An accepted payment has no answer, and not every refusal names its payment; but the gateway
 * answers the requests of one connection in the order in which they were sent. So the answer to a look decides every payment
 * sent before it, and a refusal is about a payment before the first look without an answer.
 */
export class RequestOrder {
  /** On this connection and not decided. */
  private sent: Sent[] = [];

  /** A new connection: nothing of the old one is answered any more. */
  reset(): void {
    this.sent = [];
  }

  paymentSent(transactionId: string): void {
    this.sent.push({ what: 'payment', transactionId });
  }

  lookSent(transactionId: string): void {
    this.sent.push({ what: 'look', transactionId });
  }

  /** A payment that no look parts from the next one, whose refusal could be mistaken for that of the next. */
  get unparted(): string | undefined {
    const last = this.sent.at(-1);
    return last?.what === 'payment' ? last.transactionId : undefined;
  }

  /** Whether a request of this payment may still be refused. */
  isUndecided(transactionId: string): boolean {
    return this.find('payment', transactionId) >= 0;
  }

  /** There is a result, whatever else may be said of the payment. */
  settled(transactionId: string): void {
    this.sent = this.sent.filter((sent) => sent.what === 'look' || sent.transactionId !== transactionId);
  }

  /** A look was answered. One that was lost on the way may be taken for this one: then less is decided, never more. */
  lookAnswered(transactionId: string): void {
    this.decideUntil(this.find('look', transactionId));
  }

  /** A look was refused without a word which. @returns which */
  lookRefused(): string | undefined {
    const at = this.sent.findIndex(({ what }) => what === 'look');
    return this.decideUntil(at)?.transactionId;
  }

  /** A payment was refused. @param named in the refusal. @returns which */
  paymentRefused(named: string | undefined): string | undefined {
    const at = named === undefined ? this.firstPayment() : this.find('payment', named);
    return this.decideUntil(at)?.transactionId ?? named;
  }

  private firstPayment(): number {
    return this.sent.findIndex(({ what }) => what === 'payment');
  }

  private find(what: Sent['what'], transactionId: string): number {
    return this.sent.findIndex((sent) => sent.what === what && sent.transactionId === transactionId);
  }

  private decideUntil(at: number): Sent | undefined {
    return this.sent.splice(0, at + 1).at(-1);
  }
}
