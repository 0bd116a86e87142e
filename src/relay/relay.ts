import { Inject, Injectable } from '@nestjs/common';
import { Sessions, type Session } from '../connections/index.js';
import type { Logger } from '../logging/index.js';
import { Presence, Pulse } from '../presence/index.js';
import { Store, StoreUnavailable, Turns } from '../redis/index.js';
import { Trail, type StepName } from '../tracing/index.js';
import { HintLine } from './hint-line.js';
import { kindOf, parsePage, transactionOf, type Mail, type MailKind } from './mail.js';
import { MailMeter } from './mail-meter.js';
import { ReceiptDesk, type Receipt } from './receipt-desk.js';

/** What a capability does with its kind of mail before it is written to a socket. */
export interface MailHandler {
  /** @returns the frame to write, or undefined to write nothing */
  prepare?(session: Session, mail: Mail): Promise<string | undefined>;
  /** The frame as it is sent to a receiver that was away when it was put into the mailbox. */
  recovered?(frame: string): string;
  /** The frame was prepared, but the socket could not take it: certainly nothing was written. */
  unwritten?(session: Session, mail: Mail): void;
  /** The frame was written. */
  written?(session: Session, mail: Mail): void;
  /** The receiver has proven to have read it. @param shown a desktop wants to see the stages of its transaction */
  received?(session: Session, mail: Mail, shown: boolean): void;
  /** It stays in the mailbox, to be sent on each further connection until its sender takes it out. */
  repeats?: boolean;
}

/** Messages that are read and written at once: more would hold up others in the store and here. */
const MAIL_PAGE = 50;
/** An acknowledged push is looked for among so many pages. One that is not found comes once more. */
const MOST_PAGES_SEARCHED = 40;

/** What it means for a payment that a message about it was read. */
const READ: Partial<Record<MailKind, StepName>> = { p: 'receive', r: 'deliver', l: 'deliver', w: 'deliver' };

/**
 * Carries messages to endpoints on any instance. A message lies in the receiver's mailbox until the receiver has proven
 * to have read it; the owner learns of it by a hint, at registration and by the sweep.
 */
@Injectable()
export class Relay {
  private readonly handlers = new Map<MailKind, MailHandler>();
  private readonly turns = new Turns();

  constructor(
    private readonly store: Store,
    private readonly presence: Presence,
    private readonly sessions: Sessions,
    private readonly receipts: ReceiptDesk,
    private readonly meter: MailMeter,
    private readonly trail: Trail,
    @Inject('LOGGER') private readonly logger: Logger,
    hints: HintLine,
    pulse: Pulse,
  ) {
    hints.on('mail', ([, keyId, epoch, id, stamp, frame]) =>
      this.onHint(keyId!, Number(epoch), { id: id!, stamp: stamp!, frame }),
    );
    pulse.watch({ name: 'mail', onDue: (_groupId, keyId) => this.sweep(keyId) });
  }

  handle(kind: MailKind, handler: MailHandler): void {
    this.handlers.set(kind, handler);
  }

  /** Brings everything that lies in a session's mailbox and is not on its way yet. Rejects if the store is away. */
  async deliverAll(session: Session): Promise<void> {
    const pages = this.mailOf(session);
    const nextPage = async () => {
      const page = await pages.next();
      return !page.done && (await this.deliverPage(session, page.value));
    };
    while (await this.turns.run(nextPage));
  }

  /** @returns false if the session takes no more */
  private async deliverPage(session: Session, page: readonly Mail[]): Promise<boolean> {
    for (const message of page) {
      if (!session.canTakeMail) {
        return false;
      }
      await this.deliver(session, message);
    }
    return true;
  }

  /** Sends a message that lies in the session's mailbox, even if an earlier copy of it is still on its way. */
  async sendNow(session: Session, mail: Mail): Promise<void> {
    session.beginFlight(mail);
    await this.write(session, mail);
  }

  /** Takes a message out of the session's mailbox that need not be sent any more. */
  discard(session: Session, mail: Mail): void {
    this.onReceipt(session, mail, Date.now());
  }

  /** Takes the push of an event out of a mailbox, because the application says that it has processed it. */
  async acknowledge(session: Session, eventId: string): Promise<void> {
    const mark = `"eventId":${JSON.stringify(eventId)}`;
    let pages = 0;
    for await (const page of this.mailOf(session)) {
      const found = page.find(({ frame }) => frame.includes(mark));
      if (found) {
        // What the till says next is handled after this: once it has an answer, the push will not come again.
        await this.receipts.addNow(this.receiptOf(session, found, Date.now()));
      }
      if (found || ++pages === MOST_PAGES_SEARCHED) {
        return;
      }
    }
  }

  /**
   * What lies in a session's mailbox, the oldest of a page first; almost every mailbox is one page. Of more pages each stands for
   * itself: their receivers tell by `transactionVersion` which of two messages about one payment is the later one.
   */
  private async *mailOf({ principal }: Session): AsyncGenerator<Mail[]> {
    const key = this.presence.keys.mailbox(principal.groupId, principal.keyId);
    /** A mailbox that shrinks meanwhile may show a message twice. */
    const seen = new Set<string>();
    let cursor = '0';
    do {
      const [next, flat] = await this.store.ask((redis) => redis.hscan(key, cursor, 'COUNT', MAIL_PAGE));
      cursor = next;
      const page = parsePage(flat).filter(({ id, stamp }) => !seen.has(`${stamp} ${id}`));
      page.forEach(({ id, stamp }) => seen.add(`${stamp} ${id}`));
      yield page.sort((a, b) => Number(a.stamp) - Number(b.stamp));
    } while (cursor !== '0');
  }

  private onHint(
    keyId: string,
    epoch: number,
    { id, stamp, frame }: Omit<Mail, 'frame'> & { frame: string | undefined },
  ): void {
    const session = this.sessions.registered(keyId, epoch);
    if (!session) {
      this.rememberFor(keyId);
      return;
    }
    const delivery =
      frame === undefined ? this.deliverAll(session) : this.deliver(session, { id, stamp, frame });
    delivery.catch((error: unknown) => this.noteFailure(error, session));
  }

  /** It may be about a session whose registration is under way. */
  private rememberFor(keyId: string): void {
    for (const session of this.sessions.ofKey(keyId)) {
      session.hasMissedHint ||= session.epoch === 0;
    }
  }

  /** Mail that waits in spite of its hint. The endpoints of other instances are theirs to serve. */
  private async sweep(keyId: string): Promise<void> {
    for (const session of this.sessions.ofKey(keyId)) {
      if (session.canTakeMail) {
        await this.deliverAll(session);
      }
    }
  }

  private async deliver(session: Session, mail: Mail): Promise<void> {
    if (!session.canTakeMail || session.isInFlight(mail)) {
      return;
    }
    session.beginFlight(mail);
    let written = false;
    try {
      written = await this.write(session, mail);
    } finally {
      if (!written) {
        session.endFlight(mail);
      }
    }
  }

  private async write(session: Session, mail: Mail): Promise<boolean> {
    const handler = this.handlers.get(kindOf(mail.id));
    const frame = handler?.prepare ? await handler.prepare(session, mail) : mail.frame;
    if (frame === undefined) {
      return false;
    }
    const wasAway = Number(mail.stamp) / 1000 < session.registeredAt;
    const text = wasAway && handler?.recovered ? handler.recovered(frame) : frame;
    const writtenAt = Date.now();
    const written = session.sendWithReceipt(text, () => {
      this.meter.received(mail, writtenAt);
      this.noteRead(session, mail, writtenAt, wasAway);
      this.onReceipt(session, mail, writtenAt);
    });
    if (written) {
      this.meter.written(mail, writtenAt, wasAway);
      handler?.written?.(session, mail);
    } else {
      handler?.unwritten?.(session, mail);
    }
    return written;
  }

  private noteRead({ principal }: Session, { id }: Mail, writtenAt: number, recovered: boolean): void {
    const step = READ[kindOf(id)];
    if (step && this.trail.wants(step)) {
      const { groupId, keyId } = principal;
      this.trail.step(step, { groupId, transactionId: transactionOf(id) }, writtenAt, {
        keyId,
        recovered: recovered || undefined,
      });
    }
  }

  private onReceipt(session: Session, mail: Mail, writtenAt: number): void {
    this.receipts.add(this.receiptOf(session, mail, writtenAt));
  }

  private receiptOf(session: Session, mail: Mail, writtenAt: number): Receipt {
    const { groupId, keyId } = session.principal;
    const handler = this.handlers.get(kindOf(mail.id));
    const done = (shown: boolean) => {
      if (!handler?.repeats) {
        session.endFlight(mail);
      }
      handler?.received?.(session, mail, shown);
    };
    const { id: mailId, stamp } = mail;
    return { groupId, keyId, epoch: session.epoch, mailId, stamp, writtenAt, done };
  }

  /** The sweep tries again; what is not the store's absence is a fault of ours and must be seen. */
  private noteFailure(error: unknown, session: Session): void {
    if (!(error instanceof StoreUnavailable)) {
      this.logger.error({ err: error, keyId: session.principal.keyId }, 'mail could not be delivered');
    }
  }
}
