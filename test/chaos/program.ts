import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

export interface ProgramOptions {
  command: readonly [string, ...string[]];
  env: Record<string, string>;
  /** Its output is added to this file. */
  log: string;
  cwd: string;
}

/** A process that is ended and started again at will, always with the same command. It does not outlive this one. */
export class Program {
  private child: ChildProcess | undefined;

  constructor(private readonly options: ProgramOptions) {}

  get isRunning(): boolean {
    return this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null;
  }

  start(): void {
    const { command, env, log, cwd } = this.options;
    const [file, ...args] = command;
    const output = openSync(log, 'a');
    const { PATH = '' } = process.env;
    const child = spawn(file, args, { cwd, env: { PATH, ...env }, stdio: ['ignore', output, output] });
    closeSync(output);
    running.add(child);
    child.once('exit', () => running.delete(child));
    this.child = child;
  }

  signal(name: NodeJS.Signals): void {
    this.child?.kill(name);
  }

  /** Ends it and resolves when it is gone; whoever does not obey in time is killed. */
  async end(name: NodeJS.Signals = 'SIGKILL', limitMs = 15_000): Promise<void> {
    if (!this.isRunning) return;
    const exited = once(this.child!, 'exit');
    const killer = setTimeout(() => this.signal('SIGKILL'), limitMs);
    this.signal(name);
    await exited;
    clearTimeout(killer);
  }
}
