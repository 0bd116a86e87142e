/** A message whose receipt is awaited. */
interface Unproven {
  number: number;
  /** Of the message, or of the ping that was sent for it later. */
  sentAt: number;
  /** A ping follows it directly. */
  isPinged: boolean;
  onReceipt: () => void;
}

/**
 * Unanswered pings of a connection. A client that was held up reads all of them at once, and some take that for an attack: `ws`
 * ends the connection at the sixtieth (`maxPendingAutoPongs`, since 8.23).
 */
const MOST_PINGS = 16;

/**
 * Turns pongs into receipts. Each ping carries the running number of the message before it; a pong with that number confirms it and
 * all before it, because a peer may answer only the latest of several pings (RFC 6455, 5.5.3). So messages that find too many pings
 * under way get one together as soon as one of those is answered.
 */
export class Receipts {
  private last = 0;
  /** The latest message that a ping was sent for. */
  private pinged = 0;
  private pingsUnderWay = 0;
  /** When the ping that only asks for a sign of life was sent and is not answered yet; 0 if there is none. */
  private askedAt = 0;
  private waiting: Unproven[] = [];

  /** How many are expected. */
  get size(): number {
    return this.waiting.length;
  }

  /**
   * A message is sent.
   * @param sentAt by any clock, told again by {@link confirm}
   * @returns as {@link duePing}
   */
  expect(onReceipt: () => void, sentAt: number): string | undefined {
    this.waiting.push({ number: ++this.last, sentAt, isPinged: false, onReceipt });
    return this.duePing(sentAt);
  }

  /** @returns the payload of a ping that is to be sent now; undefined if none is due, or as many as may be are under way */
  duePing(sentAt: number): string | undefined {
    const latest = this.waiting.at(-1);
    if (!latest || latest.number === this.pinged || this.pingsUnderWay >= MOST_PINGS) {
      return undefined;
    }
    latest.isPinged = true;
    latest.sentAt = sentAt;
    this.pinged = latest.number;
    this.pingsUnderWay++;
    return `r${latest.number}`;
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
    if (number > this.pinged) {
      return undefined;
    }
    let sentAt: number | undefined;
    while (this.waiting.length > 0 && this.waiting[0]!.number <= number) {
      const confirmed = this.waiting.shift()!;
      sentAt = confirmed.sentAt;
      this.pingsUnderWay -= confirmed.isPinged ? 1 : 0;
      confirmed.onReceipt();
    }
    return sentAt;
  }
}
