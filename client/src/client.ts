import { Connection, type ConnectionOptions, type Loss } from './connection.js';
import { ConnectionEnded, TimedOut } from './errors.js';
import { Emitter } from './emitter.js';
import type { ServerFrame } from './frames.js';
import { Waiting, type WaitOptions } from './waiting.js';

export interface ClientEvents {
  /** A connection is made and registered. */
  connected: { connection: number };
  /** A connection was lost; another one will be made. */
  disconnected: Loss;
  /** A newer connection of the same API key took over. `ended` follows. */
  displaced: ConnectionEnded;
  /** The client has stopped and does not come back by itself. */
  ended: ConnectionEnded;
  /** An attempt to connect failed, the gateway refused something that nobody waits for, or a listener failed. */
  error: Error;
}

/** What a till and a terminal have in common: one connection that comes back, and its events. */
export abstract class Client<Events extends ClientEvents> extends Emitter<Events> {
  protected readonly connection: Connection;
  private ending: ConnectionEnded | undefined;
  private readonly arrivals = new Set<Waiting<void>>();

  constructor(options: ConnectionOptions) {
    super();
    this.connection = new Connection(options, {
      prepare: () => this.prepare(),
      onReady: () => this.arrive(),
      onFrame: (frame) => this.onFrame(frame),
      onLost: (loss) => {
        this.onLost();
        this.tell('disconnected', loss);
      },
      onFailed: (error) => this.tell('error', error),
      onEnded: (error) => this.end(error),
    });
  }

  get isConnected(): boolean {
    return this.connection.isReady;
  }

  /**
   * Connects, also again after the client has ended, and resolves when the gateway has registered the connection. Optional for a
   * new client: the first call of another method connects too.
   * @throws ConnectionEnded, TimedOut, or the reason of the signal; it goes on connecting after the latter two
   */
  connect(wait: WaitOptions = {}): Promise<void> {
    this.ending = undefined;
    const waiting: Waiting<void> = new Waiting(
      wait,
      () => this.arrivals.delete(waiting),
      () => new TimedOut('No connection in time'),
    );
    if (this.connection.isReady) waiting.resolve();
    else {
      this.arrivals.add(waiting);
      this.connection.open();
    }
    return waiting.promise;
  }

  /** Ends the connection for good; whoever waits for something is told so. */
  close(): void {
    this.connection.close();
    this.ending ??= new ConnectionEnded('closed', 'The client was closed');
  }

  protected abstract onReady(): void;
  protected abstract onLost(): void;
  protected abstract onFrame(frame: ServerFrame): void;
  protected abstract onEnded(error: ConnectionEnded): void;

  /** What must be done before it connects. */
  protected async prepare(): Promise<void> {}

  /** Sees to a connection. @returns why there will be none */
  protected open(): ConnectionEnded | undefined {
    if (!this.ending) this.connection.open();
    return this.ending;
  }

  private arrive(): void {
    this.tell('connected', { connection: this.connection.number });
    this.settleArrivals((waiting) => waiting.resolve());
    this.onReady();
  }

  private end(error: ConnectionEnded): void {
    this.ending = error;
    this.settleArrivals((waiting) => waiting.reject(error));
    this.onEnded(error);
    if (error.reason === 'displaced') this.tell('displaced', error);
    this.tell('ended', error);
  }

  private settleArrivals(how: (waiting: Waiting<void>) => void): void {
    const waiting = [...this.arrivals];
    this.arrivals.clear();
    waiting.forEach(how);
  }

  private tell<K extends keyof ClientEvents>(name: K, value: ClientEvents[K]): void {
    void this.emit(name, value as Events[K]);
  }
}
