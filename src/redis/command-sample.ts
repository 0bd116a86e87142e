import { tracingChannel } from 'node:diagnostics_channel';

/** Most commands of one interval that are looked at. Each costs the client some microseconds more. */
const SAMPLE = 20;
const INTERVAL_MS = 250;
/** Waiting is their work: they tell nothing about the store. */
const BLOCKING = /^(b[lrz]|wait|xread)/i;
const SCRIPT = /^(eval|fcall)/i;

/** What the client tells of a command, and what is noted in it. */
interface Command {
  command: string;
  sampledAt?: number;
}

const channel = tracingChannel<string, Command>('ioredis:command');

/**
 * Measures how long the commands of this process take, from sending them to the answer or failure: all of them while they are few, and
 * the first of each quarter of a second while they are many.
 */
export class CommandSample {
  private left = 0;
  private underWay = 0;
  private isListening = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly listener = {
    start: (command: Command) => this.begin(command),
    end: () => {},
    asyncStart: () => {},
    asyncEnd: (command: Command) => this.end(command),
    error: () => {},
  };

  /** @param observe called for each command that was looked at */
  constructor(private readonly observe: (call: 'script' | 'command', tookMs: number) => void) {}

  start(): void {
    this.renew();
    this.timer = setInterval(() => this.renew(), INTERVAL_MS).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
    this.rest();
  }

  private renew(): void {
    this.left = SAMPLE;
    if (!this.isListening) {
      this.isListening = true;
      channel.subscribe(this.listener);
    }
  }

  private begin(command: Command): void {
    if (this.left > 0 && !BLOCKING.test(command.command)) {
      this.left--;
      this.underWay++;
      command.sampledAt = performance.now();
    }
  }

  private end({ command, sampledAt }: Command): void {
    if (sampledAt === undefined) {
      return;
    }
    this.underWay--;
    this.observe(SCRIPT.test(command) ? 'script' : 'command', performance.now() - sampledAt);
    // The slow ones are those that matter: nobody stops listening before the last of a sample is answered.
    if (this.left === 0 && this.underWay === 0) {
      this.rest();
    }
  }

  private rest(): void {
    if (this.isListening) {
      this.isListening = false;
      channel.unsubscribe(this.listener);
    }
  }
}
