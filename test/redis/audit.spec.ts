import { beforeEach, describe, expect, it } from 'vitest';
import { AuditLog, type AuditAct, type NotedAct } from '../../src/audit/index.js';
import { expectSame } from '../support/dump.js';
import { silentLogger, TestStore } from '../support/test-store.js';

const HOUR_MS = 3_600_000;

let test: TestStore;
let audit: AuditLog;

beforeEach(async () => {
  test = await TestStore.open({ AUDIT_RETENTION_MS: String(HOUR_MS) });
  audit = new AuditLog(test.store, test.config, silentLogger);
});

const act = (subject: string): Omit<AuditAct, 'id'> => ({
  action: 'key.created',
  actor: { kind: 'command', id: 'root' },
  from: 'host',
  subject,
  groupId: 'shop',
});

describe('the audit', () => {
  it('tells who did what, when and from where, newest first', async () => {
    const start = await test.now();
    await audit.note(act('k1'));
    await test.clockPast(await test.now());
    await audit.note({ ...act('k2'), requestId: 'call-1' });
    const [second, first] = await audit.latest(10);
    expect(second).toMatchObject({ ...act('k2'), requestId: 'call-1' });
    expect(first).toMatchObject(act('k1'));
    expect(Date.parse(first!.at)).toBeGreaterThanOrEqual(start);
    expect(await audit.latest(1)).toEqual([second]);
    expect(await audit.latest(10, second)).toEqual([first]);
  });

  it('is read page by page, though many acts have the same time', async () => {
    const acts = `${test.prefix}:{audit}:acts`;
    const now = await test.now();
    const [older, same] = [now - 5, now];
    for (const [i, at] of [older, same, same, same, same, same, same, older].entries()) {
      await test.redis.zadd(acts, at, JSON.stringify({ id: `0000-${i}`, ...act(`k${i}`) }));
    }
    const read: NotedAct[] = [];
    for (let page; page === undefined || page.length > 0; read.push(...page)) {
      page = await audit.latest(2, read.at(-1));
    }
    expect(read.map(({ subject }) => subject)).toEqual(['k6', 'k5', 'k4', 'k3', 'k2', 'k1', 'k7', 'k0']);
    expect(await audit.latest(100)).toEqual(read);
  });

  it('notes an act once, though the reply was lost', async () => {
    await audit.note(act('k1'));
    const { before, after } = await test.repeatLatest();
    expectSame(after, before);
  });

  it('forgets what is older than its retention', async () => {
    await audit.note(act('old'));
    const acts = `${test.prefix}:{audit}:acts`;
    const [entry] = await test.redis.zrange(acts, 0, '0');
    await test.redis.zadd(acts, (await test.now()) - HOUR_MS - 1, entry!);
    await audit.note(act('new'));
    expect((await audit.latest(10)).map(({ subject }) => subject)).toEqual(['new']);
  });

  it('never fails an act that is done already', async () => {
    await test.redis.set(`${test.prefix}:{audit}:acts`, 'not a list of acts');
    await expect(audit.note(act('k1'))).resolves.toBeUndefined();
  });
});
