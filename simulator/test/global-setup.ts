import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';

/** The tests run the programs as they are shipped: what is older than its source would be yesterday's. */
export default function setup(): void {
  buildIfStale('dist/main.js', 'src', ['build:server']);
  buildIfStale('simulator/dist/main.js', 'simulator/src', ['build', '-w', 'simulator']);
}

function buildIfStale(built: string, source: string, script: string[]): void {
  if (existsSync(built) && statSync(built).mtimeMs > newestChange(source)) return;
  const { status } = spawnSync('npm', ['run', '--silent', ...script, '--', '--quiet'], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm run ${script.join(' ')} failed`);
}

function newestChange(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return Math.max(...files.map((file) => statSync(`${folder}/${file}`).mtimeMs));
}
