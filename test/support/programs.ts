import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Top of the project, where commands run as they do in its documentation. */
export const PROJECT_FOLDER = folderWith('package.json', import.meta.dirname);

const running = new Set<Program>();
process.once('exit', () => running.forEach((program) => program.signal('SIGKILL')));

/** A program started by a test, with what it has written so far. Its environment is PATH and what is given. */
export class Program {
  log = '';
  readonly exitCode: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(
    readonly command: readonly [string, ...string[]],
    env: Record<string, string> = {},
  ) {
    const [file, ...args] = command;
    this.child = spawn(file, args, {
      cwd: PROJECT_FOLDER,
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(this);
    const collect = (chunk: Buffer) => void (this.log += chunk.toString());
    this.child.stdout?.on('data', collect);
    this.child.stderr?.on('data', collect);
    this.exitCode = new Promise((resolve, reject) => {
      this.child.once('close', resolve);
      this.child.once('error', reject);
    });
    const forget = () => running.delete(this);
    this.exitCode.then(forget, forget);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Ends it and waits until it is gone. */
  async stop(name: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(name);
    return this.exitCode;
  }
}

/** Runs a program to its end. @throws Error with its output when that is not exit code 0 */
export async function runProgram(command: readonly [string, ...string[]], env?: Record<string, string>) {
  const program = new Program(command, env);
  const code = await program.exitCode;
  if (code !== 0) throw new Error(`${command.join(' ')} ended with ${code}:\n${program.log}`);
  return program.log;
}

/** Ends every program that is still running; for afterAll. */
export async function stopPrograms(): Promise<void> {
  await Promise.all([...running].map((program) => program.stop('SIGKILL')));
}

/** The nearest folder above that has such a file: compiled, this file lies deeper than its source. */
function folderWith(file: string, folder: string): string {
  return existsSync(join(folder, file)) ? folder : folderWith(file, dirname(folder));
}
