import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { Journal } from '../../test/chaos/history.js';
import type { Ending } from '../../test/chaos/till.js';
import type { TcpProxy } from '../../test/support/tcp-proxy.js';

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface TillProgramOptions {
  name: string;
  /** Path of a program that reads orders and writes outcomes as the one in the README does. */
  path: string;
  env: Record<string, string>;
  line: TcpProxy;
}

/** A till in a process of its own, and what it said, written down for the checker. */
export class TillProgram {
  readonly name: string;
  readonly journal = new Journal();
  /** What it wrote beside outcomes: there should be nothing. */
  log = '';
  private readonly child: ChildProcess;
  private readonly line: TcpProxy;
  private readonly open = new Map<string, (ending: Ending) => void>();

  constructor({ name, path, env, line }: TillProgramOptions) {
    this.name = name;
    this.line = line;
    this.child = spawn(process.execPath, [path], { env: { PATH: process.env.PATH!, ...env } });
    running.add(this.child);
    this.child.once('exit', () => running.delete(this.child));
    this.child.stderr!.on('data', (chunk: Buffer) => void (this.log += chunk.toString()));
    createInterface({ input: this.child.stdout! }).on('line', (text) => this.hear(text));
  }

  /** Ids of payments without an outcome. */
  get unsettled(): string[] {
    return [...this.open.keys()];
  }

  pay(terminalId: string, tx: string): Promise<Ending> {
    this.journal.add({ what: 'asked', tx });
    this.child.stdin!.write(`${terminalId} ${tx} 12.50\n`);
    return new Promise((resolve) => this.open.set(tx, resolve));
  }

  cut(): void {
    this.line.cut();
  }

  /** No more orders: it ends by itself when it has every outcome. */
  async finish(): Promise<number | null> {
    const exited = once(this.child, 'exit');
    this.child.stdin!.end();
    const [code] = (await exited) as [number | null];
    return code;
  }

  kill(): void {
    this.child.kill('SIGKILL');
  }

  private hear(text: string): void {
    const told = JSON.parse(text) as Record<string, any>;
    const tx = told['transactionId'] as string;
    const { status, eventId, transactionVersion: version, retrySafe, code } = told;
    switch (told['what']) {
      case 'outcome': {
        const verdict = status === 'SUCCESS' ? {} : { retrySafe, code: told['paymentResponse'].errorCode };
        this.journal.add({ what: 'complete', tx, status, eventId, version, ...verdict });
        return this.settle(tx, 'final');
      }
      case 'voided':
        return this.journal.add({ what: 'corrected', tx, eventId, version });
      case 'refused':
        // Without retrySafe the payment has no outcome, and the checker finds that.
        this.journal.add({ what: retrySafe ? 'abandoned' : 'refused', tx, code });
        return this.settle(tx, 'abandoned');
      default:
        this.log += `${text}\n`;
    }
  }

  private settle(tx: string, ending: Ending): void {
    this.open.get(tx)?.(ending);
    this.open.delete(tx);
  }
}
