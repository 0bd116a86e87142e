import { Inject, Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Metrics } from '../metrics/index.js';
import { Interruptions } from '../payments/index.js';
import { Presence, Pulse, type Endpoint, type Registered, type Registration } from '../presence/index.js';
import { Close } from '../protocol/index.js';
import { partitionOf, StoreUnavailable, Turns } from '../redis/index.js';
import { HintLine, Relay } from '../relay/index.js';
import { disconnectReason } from './connection-reasons.js';
import { StatusFeed } from './status-feed.js';

const DROP_RETRY_MS = 500;

/**
 * Brings the coming and going of sockets to the store: registers who comes, drops who goes, ends who was displaced, and gives
 * back a registration that was lost.
 */
@Injectable()
export class Attendance {
  private readonly turns = new Turns();
  private readonly leaving = new Set<Promise<void>>();

  constructor(
    private readonly presence: Presence,
    private readonly pulse: Pulse,
    private readonly sessions: Sessions,
    private readonly relay: Relay,
    private readonly statusFeed: StatusFeed,
    private readonly interruptions: Interruptions,
    private readonly metrics: Metrics,
    @Inject('LOGGER') private readonly logger: Logger,
    hints: HintLine,
  ) {
    hints.on('displaced', ([, keyId, epoch]) => this.onDisplaced(keyId!, Number(epoch)));
  }

  /** A socket was opened. Never rejects: nothing of the framework would catch it. */
  async arrive(session: Session): Promise<void> {
    this.sessions.add(session);
    try {
      const registered = await this.register(session);
      if (registered?.kind === 'displaced') {
        this.displace(session);
      } else if (registered) {
        await this.letIn(session, registered);
      }
    } catch (error) {
      this.logUnexpected(error, session, 'registration failed');
      session.close(Close.tryAgainLater);
      this.dropLater(session);
    }
  }

  /** A socket was closed. @param code of the close event */
  depart(session: Session, code: number): void {
    this.sessions.remove(session);
    const { keyId, groupId, deviceType } = session.principal;
    const { connectionId } = session;
    const reason = disconnectReason(session.endedBy, code);
    this.metrics.disconnects.of({ device_type: deviceType, reason }).add();
    this.logger.info({ keyId, groupId, deviceType, connectionId, reason }, 'disconnected');
    if (session.epoch > 0) {
      this.dropLater(session);
    }
  }

  /** Resolves when every departed session is dropped in the store. */
  async settled(): Promise<void> {
    await Promise.all(this.leaving);
  }

  /** Gives a session its registration back. @returns false if it is displaced, or the store is away */
  async restore(session: Session): Promise<boolean> {
    if (session.epoch === 0 || !session.isOpen) {
      return false;
    }
    try {
      const registration = await this.presence.restore(endpointOf(session), session.epoch);
      if (registration.kind === 'displaced') {
        this.displace(session);
        return false;
      }
      session.epoch = registration.epoch;
      if (registration.hasOpenPayment) {
        await this.interruptions.onBack(session);
      }
      if (!session.isOpen) {
        this.dropLater(session);
        return false;
      }
      await this.deliver(session);
      return true;
    } catch (error) {
      this.logUnexpected(error, session, 'registration could not be restored');
      return false;
    }
  }

  displace(session: Session): void {
    this.logger.info({ keyId: session.principal.keyId, connectionId: session.connectionId }, 'displaced');
    session.forceDisconnect('NEW_CONNECTION');
  }

  /**
   * Who is online is displaced only by one that shows a sign of life: a request for an upgrade may have lain somewhere until its client
   * had given up and connected anew, and would then pass for the newer one.
   * @returns undefined if the socket was gone before
   */
  private async register(session: Session): Promise<Registration | undefined> {
    const endpoint = endpointOf(session);
    const since = Math.round(this.pulse.storeTime(session.connectedAt));
    const ifOpen = <T>(work: () => Promise<T>) =>
      this.turns.run(async () => (session.isOpen ? work() : undefined));
    const registered = await ifOpen(() => this.presence.connect(endpoint, since));
    if (registered?.kind !== 'occupied') {
      return registered;
    }
    return (await session.signOfLife()) ? ifOpen(() => this.presence.takeOver(endpoint, since)) : undefined;
  }

  private async letIn(session: Session, registered: Registered): Promise<void> {
    this.admit(session, registered);
    if (registered.hasOpenPayment) {
      await this.interruptions.onBack(session);
    }
    if (!session.isOpen) {
      this.dropLater(session);
    } else if (registered.hasMail || session.hasMissedHint) {
      await this.deliver(session);
    }
  }

  private admit(session: Session, registered: Registered): void {
    const { keyId, groupId, deviceType } = session.principal;
    const { connectionId } = session;
    session.epoch = registered.epoch;
    session.registeredAt = registered.now;
    session.isFirst = registered.isFirst;
    session.statusSequence = registered.statusSequence;
    // The hint about a newer connection may overtake the answer to the own registration.
    if (session.displacedBy > session.epoch) {
      this.displace(session);
      return;
    }
    this.pulse.attend(partitionOf(groupId));
    this.onDisplaced(keyId, session.epoch);
    this.statusFeed.join(session);
    this.metrics.connects.of({ device_type: deviceType }).add();
    this.logger.info({ keyId, groupId, deviceType, connectionId }, 'connected');
    session.open();
  }

  private onDisplaced(keyId: string, epoch: number): void {
    for (const session of [...this.sessions.ofKey(keyId)]) {
      if (session.epoch === 0) {
        session.displacedBy = Math.max(session.displacedBy, epoch);
      } else if (session.epoch < epoch && session.isOpen) {
        this.displace(session);
      }
    }
  }

  private async deliver(session: Session): Promise<void> {
    try {
      await this.relay.deliverAll(session);
    } catch (error) {
      // What could not be read now is found by the sweep.
      this.logUnexpected(error, session, 'mailbox could not be read');
    }
  }

  /** Tries until the store knows, because nobody else may: our lease lives, so others take the endpoint for online. */
  private dropLater(session: Session): void {
    const work = this.turns.run(() => this.dropUntilKnown(session)).finally(() => this.leaving.delete(work));
    this.leaving.add(work);
  }

  private async dropUntilKnown(session: Session): Promise<void> {
    for (;;) {
      try {
        const { openPayment } = await this.presence.drop(endpointOf(session));
        if (openPayment) {
          await this.interruptions.onLost(session.principal.groupId, session.principal.keyId);
        }
        await this.recordLastActivity(session);
        return;
      } catch (error) {
        this.logUnexpected(error, session, 'drop failed');
        await new Promise((resolve) => setTimeout(resolve, DROP_RETRY_MS).unref());
      }
    }
  }

  /** Its last words may have come after the latest batch of activity. */
  private async recordLastActivity({ principal, lastActivity: at, roundTripMs }: Session): Promise<void> {
    if (principal.deviceType === 'terminal') {
      const heard = new Map([[principal.keyId, { at, roundTripMs }]]);
      await this.presence.recordActivity(principal.groupId, heard);
    }
  }

  private logUnexpected(error: unknown, session: Session, message: string): void {
    const details = { err: error, keyId: session.principal.keyId, connectionId: session.connectionId };
    if (error instanceof StoreUnavailable) {
      this.logger.warn(details, message);
    } else {
      this.logger.error(details, message);
    }
  }
}

function endpointOf({ principal, connectionId, connectedAt }: Session): Endpoint {
  return { principal, connectionId, connectedAt };
}
