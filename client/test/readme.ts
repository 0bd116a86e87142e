import { mkdtempSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const CLIENT = resolve(import.meta.dirname, '..');

export function readReadme(): string {
  return readFileSync(join(CLIENT, 'README.md'), 'utf8');
}

/** The program of the README that begins with a comment of its file name, as it stands there. */
export function programInReadme(name: string): string {
  const blocks = [...readReadme().matchAll(/^```\w+\n(.*?)^```$/gms)].map(([, code]) => code!);
  const program = blocks.find((code) => code.startsWith(`// ${name}\n`));
  if (program === undefined) throw new Error(`The README has no ${name}`);
  return program;
}

/** A folder of its own in which programs find the package as if it were installed. */
export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-client-'));

  /** @param content of its `node_modules`: the package where it is, or nothing yet */
  constructor(content: 'package' | 'nothing' = 'package') {
    mkdirSync(join(this.folder, 'node_modules'));
    if (content === 'nothing') return;
    symlinkSync(CLIENT, join(this.folder, 'node_modules/terminal-gateway-client'));
  }

  /** @returns the path of the file */
  write(name: string, text: string): string {
    const path = join(this.folder, name);
    writeFileSync(path, text);
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
