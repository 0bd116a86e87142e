// @ts-check
// `npm test`: every check in order, one line of numbers at the end. `npm test -- <filter>` runs matching tests only.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fromLane, PHASES } from './lanes.mjs';
import { ensureProgram, ensurePromtool } from './programs.mjs';
import { acquireRedis } from './test-redis.mjs';

/** @typedef {{ passed: number; failed: number; skipped: number; faults: string[] }} Tally `faults` says what failed, and why */
/** @typedef {{ status: string; fullName: string; failureMessages?: string[] }} TestResult */
/** @typedef {{ name: string; status: string; message?: string; assertionResults: TestResult[] }} FileResult */

/** Side by side: each of them keeps one core busy, and none changes anything. */
const CHECKS = ['format:check', 'lint', 'types'];
const VITEST = 'node_modules/vitest/vitest.mjs';

const filters = process.argv.slice(2);
// Else servers and test processes would outlive an interrupted run.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

const total = await runAll();
printSummary(total);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runAll() {
  const tally = nothing();
  if (filters.length > 0) {
    // What the chosen tests need, their global setup brings.
    add(tally, await runTests(filters).catch(reportFailure));
    return tally;
  }
  for (const result of await Promise.all(CHECKS.map(runCheck))) add(tally, result);
  add(tally, await runCheck('build'));
  add(tally, await runAllTests().catch(reportFailure));
  return tally;
}

/** @param {string} script */
async function runCheck(script) {
  console.log(`\n▶ ${script}`);
  const code = await run('npm', ['run', '--silent', script]);
  return one(code === 0, script);
}

/** @returns {Promise<Tally>} */
async function runAllTests() {
  console.log('\n▶ tests');
  ensureProgram('haproxy', 'haproxy');
  ensureProgram('redis-server', 'redis-server');
  ensurePromtool();
  const tally = nothing();
  for (const lanes of PHASES) {
    // A Redis that was given is one for all: tests that count what it does must not hear those of other lanes.
    const sideBySide = process.env.REDIS_URL ? 1 : lanes.length;
    for (let i = 0; i < lanes.length; i += sideBySide) {
      const some = lanes.slice(i, i + sideBySide);
      const tallies = await Promise.all(some.map((lane, j) => runLane(lane, i + j)));
      for (const lane of tallies) add(tally, lane);
    }
  }
  return tally;
}

/**
 * Runs one lane: each part of a project by itself, then the projects that run whole. It has a Redis of its own, because some tests
 * count what a server does.
 *
 * @param {string[]} lane
 * @param {number} place among the lanes; what all but the first print comes in one piece when they are done
 */
async function runLane(lane, place) {
  const tally = nothing();
  const redis = await acquireRedis();
  const env = { TEST_REDIS_URL: redis.url, TEST_PORTS: portsOf(place) };
  const entries = lane.map(fromLane);
  const whole = entries.filter(({ part }) => part === undefined).map(({ project }) => `--project=${project}`);
  const parts = entries.flatMap(({ project, part }) =>
    part === undefined ? [] : [[`--project=${project}`, `--shard=${part}`]],
  );
  for (const args of [...parts, ...(whole.length > 0 ? [whole] : [])]) {
    add(tally, await (place > 0 ? runAside(args, env) : runTests(args, env)).catch(reportFailure));
  }
  await redis.stop();
  return tally;
}

/**
 * Ports of its own for each lane: a port that is free when one lane asks may be taken by another before anybody listens there, and
 * the tests of the first would talk to a gateway of the second. Below those that the system gives to clients.
 *
 * @param {number} place
 */
function portsOf(place) {
  const first = 12_000 + place * 3_000;
  return `${first}-${first + 3_000}`;
}

/**
 * Runs tests beside others: what they print comes in one piece when they are done.
 *
 * @param {string[]} args
 * @param {Record<string, string>} env
 */
async function runAside(args, env) {
  const output = join(mkdtempSync(join(tmpdir(), 'terminal-gateway-test-')), 'output');
  const file = openSync(output, 'w');
  try {
    return await runTests(args, env, ['ignore', file, file]);
  } finally {
    closeSync(file);
    process.stdout.write(readFileSync(output));
    rmSync(dirname(output), { recursive: true, force: true });
  }
}

/**
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @param {import('node:child_process').StdioOptions} [stdio]
 */
async function runTests(args, env, stdio) {
  const folder = mkdtempSync(join(tmpdir(), 'terminal-gateway-test-'));
  const report = join(folder, 'report.json');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  try {
    const code = await run(process.execPath, [VITEST, 'run', ...reporters, ...args], env, stdio);
    return count(report, code);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * A file that could not be loaded, or an error outside of all tests, fails no test of its own: the run still failed.
 *
 * @param {string} report
 * @param {number} code
 * @returns {Tally}
 */
function count(report, code) {
  /** @type {{ numPassedTests: number; numPendingTests: number; numTodoTests: number; testResults: FileResult[] }} */
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const faults = result.testResults.flatMap(faultsOf);
  if (faults.length === 0 && code !== 0) faults.push('an error outside of all tests: see above');
  return {
    passed: result.numPassedTests,
    failed: faults.length,
    skipped: result.numPendingTests + result.numTodoTests,
    faults,
  };
}

/** @param {FileResult} file */
function faultsOf(file) {
  const failed = file.assertionResults.filter(({ status }) => status === 'failed');
  if (failed.length === 0 && file.status === 'failed') return [`${file.name}\n${file.message ?? ''}`];
  return failed.map((test) => `${file.name}: ${test.fullName}\n${(test.failureMessages ?? []).join('\n')}`);
}

/** @param {unknown} error */
function reportFailure(error) {
  console.error(error);
  return one(false, String(error));
}

/**
 * @param {string} program
 * @param {string[]} args
 * @param {Record<string, string>} [env]
 * @param {import('node:child_process').StdioOptions} [stdio]
 * @returns {Promise<number>}
 */
async function run(program, args, env, stdio = 'inherit') {
  const child = spawn(program, args, { stdio, env: { ...process.env, ...env } });
  const endWithUs = () => child.kill();
  process.once('exit', endWithUs);
  const [code] = await once(child, 'exit');
  process.off('exit', endWithUs);
  return code ?? 1;
}

/** @returns {Tally} */
function nothing() {
  return { passed: 0, failed: 0, skipped: 0, faults: [] };
}

/**
 * @param {boolean} passed
 * @param {string} what was checked
 * @returns {Tally}
 */
function one(passed, what) {
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, faults: passed ? [] : [what] };
}

/**
 * @param {Tally} sum
 * @param {Tally} part
 */
function add(sum, part) {
  sum.passed += part.passed;
  sum.failed += part.failed;
  sum.skipped += part.skipped;
  sum.faults.push(...part.faults);
}

/**
 * What failed is told once more at the end: a run prints thousands of lines, and whoever keeps only the last of them must still know.
 *
 * @param {Tally} tally
 */
function printSummary({ passed, failed, skipped, faults }) {
  for (const fault of faults) console.log(`\n✗ ${fault.slice(0, 2_000)}`);
  const note = skipped > 0 ? `, ${skipped} skipped` : '';
  console.log(`\n${passed} passed, ${failed} failed${note}`);
}
