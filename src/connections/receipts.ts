/**
 * Turns pongs into receipts. Each ping carries a running number; a pong with that number confirms it and all before it,
 * because a peer may answer only the latest of several pings (RFC 6455, 5.5.3).
 */
export class Receipts {
  private last = 0;
  /** When the ping that only asks for a sign of life was sent and is not answered yet; 0 if there is none. */
  private askedAt = 0;
  private waiting: { number: number; sentAt: number; onReceipt: () => void }[] = [];

  /** How many are expected. */
  get size(): number {
    return this.waiting.length;
  }

  /** @param sentAt by any clock, told again by {@link confirm} @returns the payload for the ping */
  expect(onReceipt: () => void, sentAt: number): string {
    const number = ++this.last;
    this.waiting.push({ number, sentAt, onReceipt });
    return `r${number}`;
  }

  /** A ping without a payload is sent, which proves nothing. @param sentAt as for {@link expect} */
  ask(sentAt: number): void {
    this.askedAt = sentAt;
  }

  /**
   * @param payload of any pong
   * @returns when the ping that it answers was sent; undefined if it answers none
   */
  confirm(payload: Buffer): number | undefined {
    if (payload.length === 0) {
      const sentAt = this.askedAt;
      this.askedAt = 0;
      return sentAt || undefined;
    }
    if (this.waiting.length === 0 || payload[0] !== 0x72) {
      return undefined;
    }
    const number = Number(payload.toString('latin1', 1));
    if (number > this.last) {
      return undefined;
    }
    let sentAt: number | undefined;
    while (this.waiting.length > 0 && this.waiting[0]!.number <= number) {
      const confirmed = this.waiting.shift()!;
      sentAt = confirmed.sentAt;
      confirmed.onReceipt();
    }
    return sentAt;
  }
}
