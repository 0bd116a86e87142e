import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EmbeddedGateway } from '../src/gateway/embedded.js';
import { makeKeys } from '../src/gateway/keys.js';
import { SCENARIOS } from '../src/scenarios/index.js';
import { newFile, newFolder } from './support/files.js';
import { sim } from './support/sim.js';

describe('conformance of the gateway of this repository', () => {
  it('passes every scenario, in one JSON document and in JUnit XML', async () => {
    const junit = join(newFolder(), 'junit.xml');
    const { code, stdout } = await sim('conformance', '--embedded', '--json', '--junit', junit);
    const document = JSON.parse(stdout);
    const failed = document.scenarios.filter((scenario: any) => scenario.outcome !== 'passed');
    expect(failed).toEqual([]);
    expect(code).toBe(0);
    expect(document).toMatchObject({
      passed: SCENARIOS.length,
      failed: 0,
      skipped: 0,
      ms: expect.any(Number),
    });
    expect(document.scenarios.map(({ name }: any) => name)).toEqual(SCENARIOS.map(({ name }) => name));
    expect(document.scenarios[0]).toEqual({
      ...{ name: 'approve', subject: 'payment', layer: 'published', about: expect.any(String) },
      ...{ outcome: 'passed', ms: expect.any(Number) },
    });
    expect(readFileSync(junit, 'utf8').match(/<testcase /g)).toHaveLength(SCENARIOS.length);
  });

  it('tells for people one line each and a summary', async () => {
    const { code, stdout } = await sim('conformance', '--embedded', '--only', 'approve', 'cancel');
    expect(code).toBe(0);
    const cancels = SCENARIOS.filter(({ subject }) => subject === 'cancel').length;
    expect(stdout.match(/^✓ /gm)).toHaveLength(cancels + 1);
    expect(stdout).toMatch(new RegExp(`\\n${cancels + 1} passed, 0 failed in \\d+\\.\\d s\\n$`));
  });
});

describe('conformance of a gateway that somebody else started', () => {
  const keys = [
    ...makeKeys('one', { tills: 1, terminals: 1 }),
    ...makeKeys('two', { tills: 1, terminals: 1 }),
  ];
  let gateway: EmbeddedGateway;
  let keyFile: string;

  beforeAll(async () => {
    gateway = await EmbeddedGateway.start({ keys, env: { GRACE_PERIOD_MS: '1000' } });
    keyFile = newFile('keys.json', { keys });
  });
  afterAll(() => gateway.stop());

  it('plays what its keys and times allow, and says why not the rest', async () => {
    const only = ['approve', 'result-to-asker-only', 'anonymous-leaves', 'never-answers', 'never-comes-back'];
    const times = ['--grace-ms', '1000', '--longest', '60'];
    const target = ['--url', gateway.url, '--keys', keyFile];
    const { code, stdout } = await sim('conformance', ...target, ...times, '--json', '--only', ...only);
    const { scenarios } = JSON.parse(stdout);
    const byName = Object.fromEntries(scenarios.map((scenario: any) => [scenario.name, scenario]));
    expect(code).toBe(0);
    expect(byName['approve'].outcome).toBe('passed');
    expect(byName['never-comes-back'].outcome).toBe('passed');
    expect(byName['result-to-asker-only'].reason).toBe(
      'the keys do not have 2 tills, 1 terminals with a deviceId',
    );
    expect(byName['anonymous-leaves'].reason).toContain('1 terminals without a deviceId');
    expect(byName['never-answers'].reason).toContain('it waits 600 s');
  });

  it('leaves out what the gateway is not set up for, and says so', async () => {
    const target = ['--url', gateway.url, '--keys', keyFile, '--grace-ms', '1000'];
    const only = ['late-approval-voided', 'late-approval-delivered', 'webhook-retried'];
    const reasonsBy = async (...flags: string[]) => {
      const { code, stdout } = await sim('conformance', ...target, ...flags, '--json', '--only', ...only);
      expect(code).toBe(0);
      return JSON.parse(stdout).scenarios.map(({ outcome, reason }: any) => reason ?? outcome);
    };
    const webhooks = expect.stringContaining('only with --embedded the gateway may call it');
    const policies = /LATE_RESULT_POLICY=(\w+), this one has (\w+)/;
    const [voided, delivered, called] = await reasonsBy();
    expect([voided, called]).toEqual(['passed', webhooks]);
    expect(policies.exec(delivered)?.slice(1)).toEqual(['deliver', 'void']);
    // What it is told it believes: this gateway has the policy void, so that only the skipping can be seen.
    const [first] = await reasonsBy('--late-policy', 'deliver', '--longest', '0');
    expect(policies.exec(first)?.slice(1)).toEqual(['void', 'deliver']);
  });

  it('can be limited to what is published', async () => {
    const target = ['--url', gateway.url.replace('/v1', ''), '--keys', keyFile];
    const { code, stdout } = await sim('conformance', ...target, '--json', '--only', 'published', 'payment');
    const { scenarios } = JSON.parse(stdout);
    expect(code).toBe(0);
    expect(new Set(scenarios.map(({ layer, subject }: any) => `${layer} ${subject}`))).toEqual(
      new Set(['published payment']),
    );
  });

  it('shows what was expected, what came and the frames of a failure, and ends with 1', async () => {
    // It is told of a policy that the gateway has not.
    const options = ['--grace-ms', '1000', '--late-policy', 'deliver', '--patience-ms', '2000'];
    const target = ['--url', gateway.url, '--keys', keyFile, '--only', 'late-approval-delivered'];
    const { code, stdout } = await sim('conformance', ...target, ...options);
    expect(code).toBe(1);
    expect(stdout).toMatch(/expected {2}\S/);
    expect(stdout).toMatch(/came {6}\S/);
    expect(stdout).toMatch(/ms {2}terminal {7}· connected/);
    expect(stdout).toMatch(/0 passed, 1 failed/);
  });
});

describe('options that can not be carried out', () => {
  it.each([
    ['no gateway', ['conformance']],
    ['two kinds of gateway', ['conformance', '--embedded', '--url', 'ws://127.0.0.1:1']],
    ['a scenario that nobody knows', ['conformance', '--embedded', '--only', 'no-such-thing']],
    ['two layers', ['conformance', '--embedded', '--only', 'published', 'chosen']],
    ['a key file that is not there', ['conformance', '--url', 'ws://x', '--keys', '/no/such/file']],
    ['a URL that is none', ['conformance', '--url', 'nowhere', '--keys', 'keys.json']],
    ['a gateway that is not built', ['conformance', '--embedded', '--gateway', '/no/such/main.js']],
    ['times that are none', ['conformance', '--embedded', '--grace-ms', 'soon']],
    ['a policy that nobody has', ['conformance', '--url', 'ws://x', '--keys', 'k', '--late-policy', 'keep']],
    ['a policy for a gateway of our own', ['conformance', '--embedded', '--late-policy', 'deliver']],
    ['an option that nobody knows', ['conformance', '--nonsense']],
    ['a command that nobody knows', ['nonsense']],
  ])('%s: 2 and a word about it', async (_what, args) => {
    const { code, stdout, stderr } = await sim(...args);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/\S/);
    expect(stderr).not.toMatch(/\n {4}at /);
  });
});
