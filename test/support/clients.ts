import type { WebSocket } from 'ws';
import {
  Client,
  newSocket,
  opened,
  RefusedError,
  type ConnectOptions,
  type Frame,
  type Refusal,
} from './client.js';

export * from './client.js';

/**
 * Clients written from the wire contract alone: nothing of src/ is imported, so a literal that changes there fails here.
 */

/** A till. */
export class PosClient extends Client {
  static async connect(url: string, key: string, options: ConnectOptions = {}): Promise<PosClient> {
    return opened(new PosClient(newSocket(url, key, options)));
  }

  /** Asks for a payment; its result comes as `paymentComplete`, a refusal as `error`. */
  pay(terminalId: string, paymentRequest: object): void {
    this.send({ action: 'payment', terminalId, paymentRequest });
  }

  /** The result of one transaction. */
  result(transactionId: string, timeoutMs?: number): Promise<Frame> {
    return this.next(
      (frame) => frame.action === 'paymentComplete' && frame.transactionId === transactionId,
      timeoutMs,
    );
  }

  async terminals(options: object = {}): Promise<any[]> {
    const answer = await this.ask({ action: 'getTerminals', ...options }, 'terminalsResponse');
    return answer.terminals as any[];
  }
}

/** A payment as a device got it. */
export interface LedgerEntry {
  transactionId: string;
  frame: Frame;
  text: string;
  /** ms since the epoch. */
  at: number;
}

/** Every payment that ever reached a device; only ever appended to. Hand it on when the device connects again. */
export class Ledger {
  readonly entries: LedgerEntry[] = [];

  /** How often a transaction was handed to the device. */
  timesSeen(transactionId: string): number {
    return this.entries.filter((entry) => entry.transactionId === transactionId).length;
  }

  add(frame: Frame, text: string): void {
    this.entries.push({ transactionId: frame.transactionId as string, frame, text, at: Date.now() });
  }
}

/** What a terminal does with a payment. */
export type Behaviour =
  'approve' | 'decline' | 'silent' | ((payment: Frame, terminal: TerminalClient) => unknown);

export interface TerminalOptions extends ConnectOptions {
  /** Default: approve. */
  behaviour?: Behaviour;
  ledger?: Ledger;
}

/** A card terminal that follows a script. */
export class TerminalClient extends Client {
  readonly ledger: Ledger;
  behaviour: Behaviour;

  protected constructor(
    socket: WebSocket,
    { behaviour = 'approve', ledger = new Ledger() }: TerminalOptions,
  ) {
    super(socket);
    this.behaviour = behaviour;
    this.ledger = ledger;
  }

  static async connect(url: string, key: string, options: TerminalOptions = {}): Promise<TerminalClient> {
    return opened(new TerminalClient(newSocket(url, key, options), options));
  }

  /** Sends a `paymentResponse`. @param response what differs from a bare result */
  respond(transactionId: string, status: string, response: object = {}): void {
    this.send({
      action: 'paymentResponse',
      transactionId,
      paymentResponse: { transactionId, status, ...response },
    });
  }

  protected override onFrame(frame: Frame): void {
    if (frame.action !== 'payment') return;
    this.ledger.add(frame, this.textOf(frame));
    const { transactionId } = frame as unknown as { transactionId: string };
    if (this.behaviour === 'approve') {
      this.respond(transactionId, 'SUCCESS', { authorizationCode: 'A-1' });
    } else if (this.behaviour === 'decline') {
      this.respond(transactionId, 'FAILED', {
        errorCode: 'DECLINED',
        errorMessage: 'Declined by the issuer',
      });
    } else if (this.behaviour !== 'silent') {
      void this.behaviour(frame, this);
    }
  }
}

/**
 * Tries to connect and gives back the refusal. Rejects if the upgrade succeeds.
 * @param key undefined to send no `x-api-key` header
 */
export async function refused(url: string, key?: string, options: ConnectOptions = {}): Promise<Refusal> {
  try {
    const client = await PosClient.connect(url, key ?? '', options);
    client.drop();
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal;
    throw error;
  }
  throw new Error('the upgrade was not refused');
}
