import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const PROJECT_FOLDER = fileURLToPath(new URL('../../../', import.meta.url));
const MAIN = join(PROJECT_FOLDER, 'simulator/dist/main.js');
const LIMIT_MS = 20_000;
const POLL_MS = 20;

const running = new Set<ChildProcess>();
process.once('exit', () => running.forEach((child) => child.kill('SIGKILL')));

/** The command line as a user runs it. */
export class Sim {
  stdout = '';
  stderr = '';
  readonly exitCode: Promise<number | null>;
  private readonly child: ChildProcess;

  constructor(...args: string[]) {
    const { PATH = '', HOME = '' } = process.env;
    const child = spawn(process.execPath, [MAIN, ...args], {
      env: { PATH, HOME },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child = child;
    running.add(child);
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (this.stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (this.stderr += chunk));
    this.exitCode = once(child, 'close').then(([code]) => {
      running.delete(child);
      return code as number | null;
    });
  }

  /** Resolves with the first match in what it has written. */
  async shows(pattern: RegExp): Promise<RegExpExecArray> {
    const end = Date.now() + LIMIT_MS;
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match) return match;
      if (Date.now() > end) throw new Error(`${pattern} did not come:\n${this.stdout}\n${this.stderr}`);
      await sleep(POLL_MS);
    }
  }

  interrupt(): void {
    this.child.kill('SIGINT');
  }
}

/** Runs it to its end. */
export async function sim(
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = new Sim(...args);
  const code = await program.exitCode;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** One place of the built gateway, changed. */
export interface Patch {
  file: string;
  search: string;
  replace: string;
}

/** A copy of the built gateway with patches in it; inside the project, so that it finds its packages. */
export class PatchedGateway {
  readonly main: string;
  private readonly folder: string;

  constructor(name: string, patches: readonly Patch[]) {
    this.folder = join(PROJECT_FOLDER, 'dist-chaos', `${name} ${process.pid}`);
    const dist = join(this.folder, 'dist');
    this.main = join(dist, 'main.js');
    mkdirSync(this.folder, { recursive: true });
    cpSync(join(PROJECT_FOLDER, 'dist'), dist, { recursive: true });
    cpSync(join(PROJECT_FOLDER, 'package.json'), join(this.folder, 'package.json'));
    for (const { file, search, replace } of patches) {
      const path = join(dist, file);
      const text = readFileSync(path, 'utf8');
      if (text.split(search).length !== 2) throw new Error(`${file} has not once: ${search}`);
      writeFileSync(
        path,
        text.replace(search, () => replace),
      );
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** The gateway without the recognition of a repeated payment. */
export const NO_IDEMPOTENCY: Patch[] = [
  {
    file: 'payments/scripts/accept.lua',
    search: 'if known[1] then\n  local sameTerminal',
    replace: 'if false then\n  local sameTerminal',
  },
];

/** The gateway without looking whether what comes is from the newest connection. */
export const NO_FENCING: Patch[] = [
  {
    file: 'payments/scripts/accept.lua',
    search: "if desktopKey ~= '' then\n  local owner",
    replace: 'if false then\n  local owner',
  },
  {
    file: 'payments/scripts/claim.lua',
    search: "if owner[1] ~= epoch or owner[2] ~= 'online' then",
    replace: 'if false then',
  },
  {
    file: 'relay/scripts/receipt.lua',
    search: "if redis.call('HGET', endpoint, 'epoch') == epoch and not isAnother then",
    replace: 'if true then',
  },
  {
    file: 'presence/scripts/drop.lua',
    search: "if current[3] ~= connection or current[1] ~= 'online' then",
    replace: "if current[1] ~= 'online' then",
  },
  // Forgets what waits on a connection that it knows to be displaced; what fencing is for is one that does not know yet.
  {
    file: 'connections/inbound-queue.js',
    search: 'this.isOpen = false;\n        this.isOver = true;\n        this.waiting.length = 0;',
    replace: '',
  },
];

/** The gateway that signs webhooks with something else than the secret of the endpoint. */
export const NO_SIGNATURES: Patch[] = [
  {
    file: 'webhooks/signing.js',
    search: 'new Webhook(secret).sign(id, now, body)',
    replace: "new Webhook(secret).sign('another', now, body)",
  },
];

/** The gateway that gives a webhook up after its first attempt. */
export const NO_RETRIES: Patch[] = [
  { file: 'webhooks/delivery.js', search: 'return pauseMs === undefined ?', replace: 'return true ?' },
];

/** The gateway that does not hear 410, tells of no time-out and voids every late approval. */
export const NO_AFTERMATH: Patch[] = [
  { file: 'webhooks/delivery.js', search: 'return statusCode === GONE;', replace: 'return false;' },
  {
    file: 'payments/payment-event.js',
    search: 'return record.push === undefined ?',
    replace: 'return false ?',
  },
  { file: 'payments/scripts/late.lua', search: "if policy == 'void' then", replace: 'if true then' },
];
