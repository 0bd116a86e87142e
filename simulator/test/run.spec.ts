import { afterAll, describe, expect, it } from 'vitest';
import { newFile } from './support/files.js';
import { NO_IDEMPOTENCY, PatchedGateway, sim } from './support/sim.js';

const EVERY_TROUBLE =
  'approve=30,decline=6,slow=4,cancel-on-terminal=4,busy=4,pending=4,drop-before-acknowledging=6,drop-after-approval=6,' +
  'duplicate-result=6,late-result=8,malformed-frame=6,half-open=6,never-acknowledges=4,contradicting-result=6';
/** Short, so that what waits for them is soon over. */
const TIMES = ['--grace-ms', '800', '--heartbeat-ms', '1500', '--payment-timeout-ms', '4000'];

describe('sim run', () => {
  it('pays in every kind of trouble, and all ledgers agree', async () => {
    const size = ['--seconds', '4', '--rate', '25', '--terminals', '40', '--slow-ms', '500'];
    const { code, stdout } = await sim(
      ...['run', '--embedded', '--json', '--seed', 'all', '--mix', EVERY_TROUBLE, ...size, ...TIMES],
    );
    const outcome = JSON.parse(stdout);
    expect(outcome.violations).toEqual([]);
    expect(code).toBe(0);
    const { endings, begun, latenciesMs, hasRecords } = outcome;
    expect(begun).toBeGreaterThan(60);
    const ended = Object.values<number>(endings).reduce((sum, count) => sum + count, 0);
    expect(ended).toBe(begun);
    for (const name of ['approved', 'declined', 'cancelled', 'voided', 'given up']) {
      expect(endings[name], name).toBeGreaterThan(0);
    }
    expect(hasRecords).toBe(true);
    for (const hop of ['till to terminal', 'whole payment', 'accepted to handed over']) {
      const { count, p50, p95, p99 } = latenciesMs[hop];
      expect(count, hop).toBeGreaterThan(0);
      expect(p50 <= p95 && p95 <= p99, hop).toBe(true);
    }
  });

  it('draws the same amounts from the same seed', async () => {
    const args = [
      'run',
      '--embedded',
      '--json',
      '--seed',
      '5',
      '--seconds',
      '1',
      '--rate',
      '20',
      '--doubles',
      '0',
    ];
    const [one, two] = [JSON.parse((await sim(...args)).stdout), JSON.parse((await sim(...args)).stdout)];
    // How many are begun in a second depends on the machine by one or two; what each of them is does not.
    const declined = [one, two].map(({ endings }) => endings.declined);
    expect(Math.abs(declined[0] - declined[1])).toBeLessThanOrEqual(Math.abs(one.begun - two.begun));
    expect(one.seed).toBe('5');
  });

  it('follows a script, and tells people in lines what goes on', async () => {
    const script = newFile('script.json', {
      rules: [{ behaviour: 'decline-do-not-honor', errorCode: 'NO_LUCK' }],
    });
    const { code, stdout } = await sim(
      ...['run', '--embedded', '--seconds', '1', '--rate', '10', '--seed', '1', '--script', script],
    );
    expect(code).toBe(0);
    expect(stdout).toMatch(/seed 1: \d+ payments in/);
    expect(stdout).toMatch(/endings +approved 0 +declined [1-9]/);
    expect(stdout).toMatch(/whole payment +\d+\.\d +\d+\.\d +\d+\.\d/);
    expect(stdout).toMatch(/violations +none/);
    expect(stdout).not.toContain('\u001b');
  });

  describe('of a gateway that does not recognise a repeated payment', () => {
    const gateway = new PatchedGateway('run without idempotency', NO_IDEMPOTENCY);
    afterAll(() => gateway.remove());

    it('ends with 1, names the broken promises and tells their stories', async () => {
      const size = ['--seconds', '2', '--rate', '25', '--doubles', '0.5'];
      const { code, stdout } = await sim(
        ...['run', '--embedded', '--gateway', gateway.main, '--seed', '3', ...size],
      );
      expect(code).toBe(1);
      expect(stdout).toMatch(/violations +\d+/);
      expect(stdout).toMatch(/✗ at most one dispatch: sim-shop-terminal-\d+ got it \d times, allowed 1/);
      expect(stdout).toMatch(/ms {2}sim-shop-terminal-\d+ +received/);
    });
  });

  it.each([
    ['a mix of nothing', ['--mix', 'approve=0']],
    ['a mix of what nobody knows', ['--mix', 'explode=3']],
    ['a mix without weights', ['--mix', 'approve']],
    ['no rate', ['--rate', '0']],
    ['a share above 1', ['--doubles', '2']],
    ['a script that is not there', ['--script', '/no/such/script.json']],
  ])('refuses %s with 2', async (_what, args) => {
    const { code, stderr } = await sim('run', '--embedded', '--seconds', '1', ...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(/\S/);
  });

  it('ends with 2 if nobody answers', async () => {
    const keys = newFile('keys.json', {
      keys: [{ id: 't', key: 'k', groupId: 'g', deviceType: 'terminal' }],
    });
    const { code, stderr } = await sim('run', '--url', 'ws://127.0.0.1:1', '--keys', keys);
    expect(code).toBe(2);
    expect(stderr).toContain('no terminal with a deviceId');
  });
});
