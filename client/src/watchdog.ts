export interface HeartbeatOptions {
  /** After so long a silence the gateway is asked for a sign of life, ms; default 15 000. */
  idleMs?: number;
  /** So long it may take to answer before the connection is given up, ms; default 10 000. */
  timeoutMs?: number;
}

interface Owner {
  /** Send something that must be answered. */
  ask(): void;
  /** Nothing came back. */
  giveUp(): void;
}

/**
 * Notices a connection that is dead without saying so. It never gives up without having asked first, so a machine that slept
 * or a timer that came late is no reason.
 */
export class Watchdog {
  private readonly idleMs: number;
  private readonly timeoutMs: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private heardAt = 0;

  constructor(
    { idleMs = 15_000, timeoutMs = 10_000 }: HeartbeatOptions,
    private readonly owner: Owner,
  ) {
    this.idleMs = idleMs;
    this.timeoutMs = timeoutMs;
  }

  start(): void {
    this.stop();
    this.heard();
    this.timer = setTimeout(() => this.look(), this.idleMs);
  }

  heard(): void {
    this.heardAt = Date.now();
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private look(): void {
    const silentMs = Date.now() - this.heardAt;
    // A clock that was set back must not put the watchdog to sleep.
    if (silentMs >= 0 && silentMs < this.idleMs) {
      this.timer = setTimeout(() => this.look(), this.idleMs - silentMs);
      return;
    }
    const before = this.heardAt;
    this.owner.ask();
    this.timer = setTimeout(() => {
      if (this.heardAt === before) this.owner.giveUp();
      else this.look();
    }, this.timeoutMs);
  }
}
