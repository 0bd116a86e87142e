/** A message in a mailbox, and which deposit of it. */
interface Deposit {
  id: string;
  stamp: string;
}

/** What is known of a session beside its socket: when it did what, how it is registered, and which mail is on its way to it. */
export abstract class SessionState {
  /** Set by registration; 0 before. */
  epoch = 0;
  /** The store's clock at registration, ms. */
  registeredAt = 0;
  /** Its key was never connected before: whatever it asks for, it asks for the first time. */
  isFirst = false;
  /** Status updates up to this number of the group's log are not for this session. */
  statusSequence = 0;
  /** A newer connection is known to have this epoch, learned before the own registration was answered. */
  displacedBy = 0;
  /** A hint about its mail came before the own registration was answered. */
  hasMissedHint = false;
  readonly connectedAt = Date.now();
  /** When anything last came from the peer, and last went to it; ms since the epoch. */
  lastHeard = this.connectedAt;
  lastSent = this.connectedAt;
  /** When it was last asked for a sign of life, ms since the epoch; 0 = never. */
  lastAsked = 0;
  /** When the last message came; a sign of life is none. */
  lastActivity = this.connectedAt;
  /** Latest time from a protocol ping to its pong, ms; undefined before the first one. */
  roundTripMs: number | undefined;
  /** What the store was told of it last, and when (ms since the epoch; 0 = never). */
  storedRoundTripMs = 0;
  roundTripStoredAt = 0;

  /** Something has come from the peer. */
  protected hasSpoken = false;
  private onLife: ((lives: boolean) => void) | undefined = undefined;

  /** @returns when, ms since the epoch */
  protected noteLife(): number {
    if (!this.hasSpoken) {
      this.hasSpoken = true;
      this.onLife?.(true);
      this.onLife = undefined;
    }
    return (this.lastHeard = Date.now());
  }

  protected noteDeath(): void {
    this.onLife?.(false);
  }

  /** Whether something comes from the peer before the socket is gone. */
  protected untilLife(): Promise<boolean> {
    return new Promise((resolve) => (this.onLife = resolve));
  }

  /** Mail on its way to this socket, written or about to be: message id → stamp of its deposit. Most clients never get any. */
  private flights: Map<string, string> | undefined;

  /** How many messages are on their way to it. */
  get mailInFlight(): number {
    return this.flights?.size ?? 0;
  }

  /** True if this very deposit of a message is on its way. */
  isInFlight({ id, stamp }: Deposit): boolean {
    return this.flights?.get(id) === stamp;
  }

  beginFlight({ id, stamp }: Deposit): void {
    (this.flights ??= new Map()).set(id, stamp);
  }

  /** A newer deposit of the same message may be on its way by now; that one is not over. */
  endFlight(deposit: Deposit): void {
    if (this.isInFlight(deposit)) {
      this.flights!.delete(deposit.id);
    }
  }
}
