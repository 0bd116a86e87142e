/**
 * Turns pongs into receipts. Each ping carries a running number; a pong with that number confirms it and all before it,
 * because a peer may answer only the latest of several pings (RFC 6455, 5.5.3).
 */
export class Receipts {
  private last = 0;
  private waiting: { number: number; onReceipt: () => void }[] = [];

  /** @returns the payload for the ping */
  expect(onReceipt: () => void): string {
    const number = ++this.last;
    this.waiting.push({ number, onReceipt });
    return `r${number}`;
  }

  /** @param payload of any pong; those that answer no receipt ping are ignored */
  confirm(payload: Buffer): void {
    if (this.waiting.length === 0 || payload[0] !== 0x72) {
      return;
    }
    const number = Number(payload.toString('latin1', 1));
    if (number > this.last) {
      return;
    }
    while (this.waiting.length > 0 && this.waiting[0]!.number <= number) {
      this.waiting.shift()!.onReceipt();
    }
  }
}
