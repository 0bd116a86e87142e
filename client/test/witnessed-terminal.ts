import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket, type ClientOptions } from 'ws';
import { Journal } from '../../test/chaos/history.js';
import { Random } from '../../simulator/src/devices/random.js';
import type { TcpProxy } from '../../test/support/tcp-proxy.js';
import { Terminal, type FinalResponse, type WebSocketClass } from '../src/index.js';
import { QUICK } from './shop.js';

export interface WitnessedTerminalOptions {
  name: string;
  url: string;
  key: string;
  ca: string;
  seed: number;
  line: TcpProxy;
}

/** A terminal of this package, with a ledger of every frame that went through its sockets and all that it did. */
export class WitnessedTerminal {
  readonly name: string;
  readonly journal = new Journal();
  readonly terminal: Terminal;
  /** How often the handler was given a payment. */
  readonly handled = new Map<string, number>();
  private readonly line: TcpProxy;
  private readonly seed: number;
  private readonly undecided = new Set<string>();
  private readonly unacknowledged = new Set<string>();

  constructor({ name, url, key, ca, seed, line }: WitnessedTerminalOptions) {
    this.name = name;
    this.line = line;
    this.seed = seed;
    this.terminal = new Terminal({
      ...{ url, apiKey: key, ...QUICK, socketOptions: { ca } },
      webSocket: this.witness(),
      onPayment: ({ transactionId }) => this.decide(transactionId),
      onVoid: ({ transactionId }) => this.undo(transactionId),
    });
    this.terminal.on('acknowledged', ({ transactionId: tx }) => {
      this.unacknowledged.delete(tx);
      this.journal.add({ what: 'acknowledged', tx });
    });
    // Lost connections are what the test is about.
    this.terminal.on('error', () => {});
  }

  /** Payments that are under way here, or whose result the gateway does not have. */
  get unsettled(): string[] {
    return [...this.undecided, ...this.unacknowledged];
  }

  cut(): void {
    this.line.cut();
  }

  stayAway(ms: number): void {
    this.line.refuse();
    setTimeout(() => this.line.heal(), ms).unref();
  }

  private async decide(tx: string): Promise<FinalResponse> {
    this.handled.set(tx, (this.handled.get(tx) ?? 0) + 1);
    this.undecided.add(tx);
    const random = new Random(this.seed, tx);
    const status = random.weighted({ SUCCESS: 88, FAILED: 10, CANCELLED: 2 });
    await sleep(random.chance(0.85) ? random.int(0, 30) : random.int(100, 2_000));
    this.undecided.delete(tx);
    this.unacknowledged.add(tx);
    this.journal.add({ what: 'decided', tx, status });
    return { status, authorizationCode: `auth-${tx}` };
  }

  private undo(tx: string): void {
    this.journal.add({ what: 'voided', tx });
  }

  /** A class of sockets that writes down what passes through, whatever the client makes of it. */
  private witness(): WebSocketClass {
    const { journal } = this;
    class Witness extends WebSocket {
      constructor(url: string, options: ClientOptions) {
        super(url, options);
        this.on('message', (data: Buffer) => {
          const { action, transactionId: tx } = JSON.parse(data.toString());
          if (action === 'payment') journal.add({ what: 'received', tx });
          if (action === 'voidPayment') journal.add({ what: 'void-asked', tx });
        });
      }

      override send(data: never): void {
        const { action, transactionId: tx } = JSON.parse(data);
        if (action === 'paymentUnknown') journal.add({ what: 'unknown', tx });
        super.send(data);
      }
    }
    return Witness as unknown as WebSocketClass;
  }
}
