import type { ChildProcess } from 'node:child_process';

interface Call {
  id: number;
  method: string;
  params: unknown;
}

interface Answer {
  id: number;
  result?: unknown;
  error?: string;
}

/** Calls functions of a child process that runs {@link serve}, over its IPC channel. */
export class Remote {
  private readonly open = new Map<number, (answer: Answer) => void>();
  private last = 0;

  constructor(readonly child: ChildProcess) {
    child.on('message', (answer: Answer) => this.settle(answer));
    child.once('exit', () => {
      for (const id of this.open.keys()) this.settle({ id, error: 'the process ended' });
    });
  }

  get pid(): number {
    return this.child.pid!;
  }

  call<T>(method: string, params: unknown = {}): Promise<T> {
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.open.set(id, ({ result, error }) =>
        error === undefined ? resolve(result as T) : reject(new Error(`${method}: ${error}`)),
      );
      this.child.send({ id, method, params } satisfies Call, (error) => {
        if (error) this.settle({ id, error: error.message });
      });
    });
  }

  private settle(answer: Answer): void {
    this.open.get(answer.id)?.(answer);
    this.open.delete(answer.id);
  }
}

/** Offers functions to the parent process. */
export function serve(functions: Record<string, (params: never) => unknown>): void {
  process.on('message', (call: Call) => void respond(functions, call));
}

async function respond(functions: Record<string, (params: never) => unknown>, call: Call): Promise<void> {
  const answer: Answer = { id: call.id };
  try {
    answer.result = await functions[call.method]!(call.params as never);
  } catch (error) {
    answer.error = error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  process.send!(answer);
}
