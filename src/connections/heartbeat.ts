import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { pongFrame } from '../protocol/index.js';
import type { Session } from './session.js';
import { Sessions } from './sessions.js';

/** Checks per heartbeat interval: how late a dead socket is noticed at the most. */
const CHECKS_PER_INTERVAL = 10;

/**
 * Finds sockets whose peer is gone without a word: one that was silent for the interval is asked for a sign of life, one
 * that stays silent until the timeout is ended. Also sends the unprompted `pong` that idle clients are promised.
 */
@Injectable()
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private readonly checkMs: number;
  /** A client must have the time to answer before it counts as dead. */
  private readonly askAfterMs: number;

  constructor(
    private readonly sessions: Sessions,
    @Inject('CONFIG') private readonly config: Config,
  ) {
    this.askAfterMs = Math.min(config.heartbeatIntervalMs, config.heartbeatTimeoutMs / 2);
    this.checkMs = Math.max(10, Math.floor(this.askAfterMs / CHECKS_PER_INTERVAL));
  }

  start(onDead: (session: Session) => void): void {
    this.timer = setInterval(() => this.check(Date.now(), onDead), this.checkMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** @param now ms since the epoch */
  check(now: number, onDead: (session: Session) => void): void {
    const { heartbeatTimeoutMs, serverPongIntervalMs } = this.config;
    for (const session of this.sessions.all()) {
      if (session.isHeldBack) {
        session.lastHeard = now;
      }
      const silence = now - session.lastHeard;
      if (silence + this.checkMs > heartbeatTimeoutMs) {
        onDead(session);
      } else if (silence >= this.askAfterMs && now - session.lastAsked >= this.askAfterMs) {
        session.lastAsked = now;
        session.ping();
      }
      if (now - session.lastSent >= serverPongIntervalMs) {
        session.send(pongFrame());
      }
    }
  }
}
