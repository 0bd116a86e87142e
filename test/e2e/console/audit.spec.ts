import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminKey, startCluster, type Cluster } from '../../support/fixture.js';
import { Operator } from '../../support/operator.js';

const AT = 1_780_000_000_000;

let cluster: Cluster;
let alice: Operator;

beforeAll(async () => {
  cluster = await startCluster({
    keys: [adminKey('alice')],
    env: { TRUSTED_PROXIES: '127.0.0.1', AUDIT_RETENTION_MS: String(100 * 365 * 86_400_000) },
  });
  alice = await Operator.of(cluster, 'alice');
});
afterAll(() => cluster.close());

/** Acts that were noted in one and the same millisecond. */
async function noteAtOnce(count: number): Promise<string[]> {
  const ids = Array.from(
    { length: count },
    (_, i) => `00000000-0000-7000-8000-${String(i).padStart(12, '0')}`,
  );
  for (const id of ids) {
    const act = {
      id,
      action: 'key.created',
      actor: { kind: 'command', id: 'root' },
      from: 'host',
      subject: id,
    };
    await cluster.redis.zadd(`${cluster.prefix}:{audit}:acts`, AT, JSON.stringify(act));
  }
  return ids.reverse();
}

describe('the audit in the console', () => {
  it('shows who did what, when and from where, newest first', async () => {
    await alice.post('/keys', { kind: 'desktop', groupId: 'shop', id: 'pos' });
    const { status, body } = await alice.get('/audit');
    expect(status).toBe(200);
    const by = { actor: { kind: 'admin', id: 'alice' }, from: alice.address };
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string;
    const id = expect.stringMatching(/^[\da-f-]{36}$/) as string;
    expect(body).toEqual({
      acts: [
        { id, at: time, action: 'key.created', ...by, subject: 'pos', groupId: 'shop' },
        { id, at: time, action: 'console.signed-in', ...by, subject: 'alice' },
      ],
    });
  });

  it('goes on behind the last one of a page, though all have the same time', async () => {
    const ids = await noteAtOnce(25);
    const read: string[] = [];
    let query = '?limit=10';
    let sizes = '';
    for (let next: unknown = ''; next !== undefined; query = `?limit=10&before=${String(next)}`) {
      const { body } = await alice.get(`/audit${query}`);
      const acts = body['acts'] as { id: string }[];
      read.push(...acts.map((act) => act.id));
      sizes += `${acts.length} `;
      next = body['next'];
    }
    expect(sizes).toBe('10 10 7 ');
    expect(read.filter((id) => id.startsWith('00000000-'))).toEqual(ids);
    expect(new Set(read).size).toBe(27);
  });

  it.each(['limit=0', 'limit=201', 'limit=ten', 'before=1', 'before=a&before=b'])(
    'refuses ?%s',
    async (query) => {
      const { status, body } = await alice.get(`/audit?${query}`);
      expect([status, body['code']]).toEqual([400, 'VALIDATION_FAILED']);
    },
  );

  it('is for who is signed in', async () => {
    expect((await new Operator(cluster.instances[0]!.url).get('/audit')).status).toBe(401);
  });
});
