import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/index.js';
import { pongFrame } from '../protocol/index.js';
import type { Session } from './session.js';
import { Sessions } from './sessions.js';

/** Rounds per heartbeat interval: how late a dead socket is noticed at the most. */
const ROUNDS_PER_INTERVAL = 10;
/** A round is made in steps, so that thousands who connected in one moment are not all asked in one. */
const STEP_MS = 20;

/**
 * Finds sockets whose peer is gone without a word: one that was silent for the interval is asked for a sign of life, one
 * that stays silent until the timeout is ended. Also sends the unprompted `pong` that idle clients are promised.
 */
@Injectable()
export class Heartbeat {
  private timer: NodeJS.Timeout | undefined;
  private readonly roundMs: number;
  private readonly steps: number;
  /** Sockets that the round under way has not come to yet. */
  private round: Iterator<Session> | undefined;
  /** How many it may come to at the most: a storm of new ones must not keep it from beginning anew. */
  private left = 0;
  /** A client must have the time to answer before it counts as dead. */
  private readonly askAfterMs: number;

  constructor(
    private readonly sessions: Sessions,
    @Inject('CONFIG') private readonly config: Config,
  ) {
    this.askAfterMs = Math.min(config.heartbeatIntervalMs, config.heartbeatTimeoutMs / 2);
    this.roundMs = Math.max(10, Math.floor(this.askAfterMs / ROUNDS_PER_INTERVAL));
    this.steps = Math.ceil(this.roundMs / STEP_MS);
  }

  start(onDead: (session: Session) => void): void {
    // At least one: a round that nobody is left of must end, because it holds on to those whom it was begun with.
    const share = () => Math.max(1, Math.ceil(this.sessions.size / this.steps));
    const step = () => this.check(Date.now(), onDead, share());
    this.timer = setInterval(step, this.roundMs / this.steps);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** @param now ms since the epoch @param most sockets of the round to look at */
  check(now: number, onDead: (session: Session) => void, most = Infinity): void {
    if (!this.round) {
      this.round = this.sessions.all()[Symbol.iterator]();
      this.left = this.sessions.size;
    }
    for (let looked = 0; looked < most; looked++) {
      const next = this.left-- > 0 ? this.round.next() : undefined;
      if (!next || next.done) {
        this.round = undefined;
        return;
      }
      this.look(next.value, now, onDead);
    }
  }

  private look(session: Session, now: number, onDead: (session: Session) => void): void {
    const { heartbeatTimeoutMs, serverPongIntervalMs } = this.config;
    if (session.isHeldBack) {
      session.lastHeard = now;
    }
    const silence = now - session.lastHeard;
    if (silence + this.roundMs > heartbeatTimeoutMs) {
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
