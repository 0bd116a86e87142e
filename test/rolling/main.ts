/** `npm run rolling`: every gateway restarted under load, and a verdict. See docs/operations.md. */
import { Command } from 'commander';
import { aboveZero, count } from '../../scripts/numbers.mjs';
import { ensureProgram } from '../../scripts/programs.mjs';
import { largestTenth, rollingRestart, violations, type RollingOptions, type RollingOutcome } from './run.js';

const command = new Command('rolling')
  .description('Restarts every gateway under load. Ends with 1 if a client or a payment came to harm.')
  .option('--clients <n>', 'half of them tills, half terminals', count(2), 2_000)
  .option('--rate <n>', 'payments per second', aboveZero, 200)
  .option('--drain-ms <n>', 'DRAIN_TIMEOUT_MS of the gateways', count(), 20_000);

const options = command.parse().opts<RollingOptions>();
for (const program of ['redis-server', 'haproxy']) ensureProgram(program, program);

const outcome = await rollingRestart({ ...options, say: console.log });
const broken = violations(outcome);
console.log(report(outcome));
broken.slice(0, 20).forEach((line) => console.log(`BROKEN: ${line}`));
console.log(broken.length === 0 ? 'All is well.' : `${broken.length} promises broken.`);
process.exit(broken.length === 0 ? 0 : 1);

function report({ restarts, fleet, options }: RollingOutcome): string {
  const { started, results, latencies, absences, closings, refusals, repeated, skipped } = fleet;
  const codes = new Set(closings.map(({ code }) => code));
  const closedWith = (code: number) => closings.filter((one) => one.code === code).length;
  return [
    `payments: ${started} asked for, ${results.length} with a result; ${repeated} requests repeated, ${skipped} moments without a free till`,
    `from asking to the result (100 to 900 ms of it at the terminal): ${spread(latencies)}`,
    `closed sockets by code: ${[...codes].map((code) => `${code}: ${closedWith(code)}`).join(', ')}`,
    `attempts to connect that failed: ${[...refusals].map(([why, n]) => `${n} times ${why}`).join(', ') || 'none'}`,
    `from a loss to the next connection: ${spread(absences)}`,
    ...restarts.map((one) => {
      const { gateway, exitCode, stopMs, lossesAt } = one;
      const [first, last] = [Math.min(...lossesAt), Math.max(...lossesAt)].map((ms) =>
        (ms / 1_000).toFixed(1),
      );
      const share = Math.round(100 * largestTenth(one, options.drainMs));
      return (
        `${gateway}: exit code ${exitCode} after ${(stopMs / 1_000).toFixed(1)} s; ${lossesAt.length} clients sent away ` +
        `from ${first} s to ${last} s, at most ${share} % of them within a tenth of the drain time`
      );
    }),
  ].join('\n');
}

function spread(values: number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => Math.round(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms`;
}
