import { setTimeout as sleep } from 'node:timers/promises';
import {
  Ledger,
  type Client,
  type Closing,
  type Frame,
  type PosClient,
  type TerminalClient,
} from './clients.js';

const RETRY_MS = 50;
/** How long a till waits for a result before it asks once more. */
const ASK_AGAIN_MS = 8_000;

/** Makes a new connection; called again whenever the last one has ended. */
type Connect<T> = () => Promise<T>;

/** Keeps one client connected, as every till and terminal in the field has to. */
export abstract class Persistent<T extends Client> {
  /** How each connection ended, in order; those that this side ended are not here. */
  readonly endings: Closing[] = [];
  protected current: T | undefined;
  private stopped = false;
  private readonly running: Promise<void>;

  constructor(private readonly connect: Connect<T>) {
    this.running = this.run();
  }

  get isConnected(): boolean {
    return this.current?.isOpen ?? false;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.current?.drop();
    await this.running;
  }

  protected abstract onConnected(client: T): void;
  protected abstract onFrame(frame: Frame): void;

  private async run(): Promise<void> {
    while (!this.stopped) {
      const client = await this.connect().catch(() => undefined);
      if (client) await this.serve(client);
      else await sleep(RETRY_MS);
    }
  }

  private async serve(client: T): Promise<void> {
    if (this.stopped) client.drop();
    this.current = client;
    // What the gateway says at once comes in one piece with its answer to the upgrade, before anybody could listen.
    const early = [...client.frames];
    client.socket.on('message', (data: Buffer) => this.onFrame(JSON.parse(data.toString()) as Frame));
    this.onConnected(client);
    for (const frame of early) this.onFrame(frame);
    const ending = await client.closed;
    if (!this.stopped) this.endings.push(ending);
  }
}

interface Order {
  terminalId: string;
  onResult: (result: Frame) => void;
}

/** A till that comes back, and asks again for every payment whose result it does not have. */
export class PersistentPos extends Persistent<PosClient> {
  /** Every `paymentComplete` of a transaction, repeated ones too. */
  readonly results = new Map<string, Frame[]>();
  private readonly open = new Map<string, Order>();

  constructor(connect: Connect<PosClient>) {
    super(connect);
  }

  /** Resolves with the first result of the payment. */
  async pay(terminalId: string, transactionId: string): Promise<Frame> {
    const result = new Promise<Frame>((onResult) => this.open.set(transactionId, { terminalId, onResult }));
    this.ask(transactionId);
    const timer = setInterval(() => this.ask(transactionId), ASK_AGAIN_MS);
    return result.finally(() => clearInterval(timer));
  }

  protected override onConnected(): void {
    for (const transactionId of this.open.keys()) this.ask(transactionId);
  }

  protected override onFrame(frame: Frame): void {
    const { transactionId } = frame as unknown as { transactionId: string };
    if (frame.action === 'paymentComplete') {
      this.results.set(transactionId, [...(this.results.get(transactionId) ?? []), frame]);
      this.open.get(transactionId)?.onResult(frame);
      this.open.delete(transactionId);
    } else if (frame.action === 'error' && this.open.has(transactionId)) {
      // Whatever was refused: the same request again is always safe.
      setTimeout(() => this.ask(transactionId), RETRY_MS);
    }
  }

  private ask(transactionId: string): void {
    const order = this.open.get(transactionId);
    if (!order || !this.isConnected) return;
    const request = { transactionId, amount: '1.00', currency: 'PHP', paymentMethod: 'CARD' };
    this.current!.pay(order.terminalId, request);
  }
}

/** A terminal that comes back, repeats every result until it is acknowledged, and answers what it is asked. */
export class PersistentTerminal extends Persistent<TerminalClient> {
  protected readonly unacknowledged = new Set<string>();

  /** @param connect given what a connection has to be made with */
  constructor(
    connect: (options: { ledger: Ledger; behaviour: 'silent' }) => Promise<TerminalClient>,
    readonly ledger = new Ledger(),
  ) {
    super(() => connect({ ledger, behaviour: 'silent' }));
  }

  protected override onConnected(client: TerminalClient): void {
    this.unacknowledged.forEach((transactionId) => client.respond(transactionId, 'SUCCESS'));
  }

  protected override onFrame(frame: Frame): void {
    const { transactionId } = frame as unknown as { transactionId: string };
    if (frame.action === 'payment') {
      this.unacknowledged.add(transactionId);
      this.current!.respond(transactionId, 'SUCCESS');
    } else if (frame.action === 'paymentResponseAck') {
      this.unacknowledged.delete(transactionId);
    } else if (frame.action === 'paymentInquiry') {
      if (this.ledger.timesSeen(transactionId) > 0) this.current!.respond(transactionId, 'SUCCESS');
      else this.current!.send({ action: 'paymentUnknown', transactionId });
    }
  }
}
