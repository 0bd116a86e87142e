import { beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/index.js';
import { PARTITIONS, partitionOf } from '../../src/redis/index.js';
import { newEndpointId, type EndpointRecord } from '../../src/webhooks/endpoint.js';
import { EndpointStore } from '../../src/webhooks/endpoint-store.js';
import { WebhookKeys } from '../../src/webhooks/keys.js';
import { expectSame } from '../support/dump.js';
import { TestStore } from '../support/test-store.js';

const GROUP = 'shop';
const OLD_KEY = Buffer.alloc(32, 1).toString('base64');
const NEW_KEY = Buffer.alloc(32, 2).toString('base64');

let test: TestStore;
let endpoints: EndpointStore;

beforeEach(async () => {
  test = await TestStore.open();
  endpoints = new EndpointStore(test.store, test.config);
});

function newEndpoint(extra: Partial<EndpointRecord> = {}): EndpointRecord {
  return {
    endpointId: newEndpointId(),
    url: 'https://example.com/',
    events: ['payment.completed'],
    status: 'active',
    createdAt: '2026-01-01T00:00:00.000Z',
    updatedAt: '2026-01-01T00:00:00.000Z',
    secret: 'whsec_open',
    ...extra,
  };
}

const groupsKey = () => new WebhookKeys(test.prefix).groups(partitionOf(GROUP));

describe('put-endpoint', () => {
  it('takes 16 of one group, however many come at once, and counts each group by itself', async () => {
    const adds = await Promise.allSettled(
      Array.from({ length: 20 }, () => endpoints.add(GROUP, newEndpoint())),
    );
    expect(adds.filter(({ status }) => status === 'fulfilled')).toHaveLength(16);
    expect(adds.flatMap((add) => (add.status === 'rejected' ? [add.reason.kind] : []))).toEqual(
      Array.from({ length: 4 }, () => 'ENDPOINT_LIMIT_REACHED'),
    );
    await endpoints.add('other', newEndpoint());
    const [first] = await endpoints.list(GROUP);
    await endpoints.change(GROUP, first!.endpointId, (record) => ({ ...record, status: 'disabled' }));
    await endpoints.remove(GROUP, first!.endpointId);
    await endpoints.add(GROUP, newEndpoint());
  });

  it('loses no change of those made at the same time', async () => {
    const { endpointId, ...rest } = newEndpoint({ metadata: {} });
    await endpoints.add(GROUP, { endpointId, ...rest });
    await Promise.all(
      Array.from({ length: 8 }, (_, i) =>
        endpoints.change(GROUP, endpointId, (record) => ({
          ...record,
          metadata: { ...record.metadata, [`n${i}`]: i },
        })),
      ),
    );
    const after = await endpoints.find(GROUP, endpointId);
    expect(Object.keys(after!.metadata!)).toHaveLength(8);
  });

  it('run twice stores once, and does not count twice', async () => {
    for (let i = 0; i < 16; i++) await endpoints.add(GROUP, newEndpoint());
    const { answer, before, after } = await test.repeatLatest();
    expect(answer).toBe('stored');
    expectSame(after, before);
  });
});

describe('remove-endpoint', () => {
  it('forgets the group with its last endpoint', async () => {
    const [a, b] = [newEndpoint(), newEndpoint()];
    await endpoints.add(GROUP, a);
    await endpoints.add(GROUP, b);
    await endpoints.remove(GROUP, a.endpointId);
    expect(await test.redis.zcard(groupsKey())).toBe(1);
    await endpoints.remove(GROUP, b.endpointId);
    expect(await test.dump()).toEqual({});
  });

  it('run twice removes once', async () => {
    const [a, b] = [newEndpoint(), newEndpoint()];
    await endpoints.add(GROUP, a);
    await endpoints.add(GROUP, b);
    await endpoints.remove(GROUP, a.endpointId);
    const { before, after } = await test.repeatLatest();
    expectSame(after, before);
  });
});

describe('listeners', () => {
  it('are the active ones that want the event', async () => {
    const wanted = newEndpoint();
    await endpoints.add(GROUP, wanted);
    await endpoints.add(GROUP, newEndpoint({ status: 'disabled' }));
    await endpoints.add(GROUP, newEndpoint({ events: ['payment.failed'] }));
    await endpoints.add('other', newEndpoint());
    const found = await endpoints.listeners(GROUP, 'payment.completed');
    expect(found.map(({ endpointId }) => endpointId)).toEqual([wanted.endpointId]);
    expect(await endpoints.hasActive(GROUP)).toBe(true);
    expect(await endpoints.hasActive('nobody')).toBe(false);
  });
});

describe('secrets', () => {
  const storeWith = (env: Record<string, string>) =>
    new EndpointStore(test.store, loadConfig({ ...env, REDIS_KEY_PREFIX: test.prefix }));

  it('of every group are sealed anew, those of an overlap too', async () => {
    const old = storeWith({ SECRETS_KEY: OLD_KEY });
    const both = storeWith({ SECRETS_KEY: NEW_KEY, SECRETS_KEYS_ACCEPTED: OLD_KEY });
    const overlap = { previousSecret: old.seal('whsec_before'), previousValidUntil: Date.now() + 60_000 };
    const groups = Array.from({ length: PARTITIONS }, (_, i) => `group${i}`);
    const first = newEndpoint({ secret: old.seal('whsec_now'), ...overlap });
    await old.add(groups[0]!, first);
    for (const group of groups.slice(1)) await old.add(group, newEndpoint({ secret: old.seal('whsec_x') }));
    await both.add('open', newEndpoint({ secret: 'whsec_open' }));
    await both.add('current', newEndpoint({ secret: both.seal('whsec_y') }));
    expect(await both.reseal()).toBe(groups.length + 1);
    expect(await both.reseal()).toBe(0);
    const after = storeWith({ SECRETS_KEY: NEW_KEY });
    const record = (await after.find(groups[0]!, first.endpointId))!;
    expect(after.secretsOf(record)).toEqual(['whsec_now', 'whsec_before']);
    expect(after.secretsOf((await after.list('open'))[0]!)).toEqual(['whsec_open']);
    expect(JSON.stringify(await test.dump())).not.toContain('whsec_');
  });

  it('of the time before a rotation sign until their time is over', () => {
    const record = newEndpoint({ previousSecret: 'whsec_before', previousValidUntil: Date.now() - 1 });
    expect(endpoints.secretsOf(record)).toEqual(['whsec_open']);
  });
});

describe('pages of all groups', () => {
  it('have every endpoint once, those of a group together', async () => {
    const groups = Array.from({ length: 130 }, (_, i) => `group-${i}`);
    // More than a batch of them in one partition: a page must go on inside it.
    const crowded = Array.from({ length: 20_000 }, (_, i) => `crowd-${i}`).filter(
      (id) => partitionOf(id) === 7,
    );
    const all = [...groups, ...crowded.slice(0, 120)];
    await Promise.all(all.map((group) => endpoints.add(group, newEndpoint())));
    await endpoints.add('group-3', newEndpoint());
    const read: string[] = [];
    let after: string | undefined;
    do {
      const page = await endpoints.page(20, after);
      expect(page.endpoints.length).toBeLessThan(20 + 16);
      read.push(...page.endpoints.map(({ groupId }) => groupId));
      after = page.next;
    } while (after !== undefined);
    expect(read.toSorted()).toEqual([...all, 'group-3'].sort());
    expect(read.lastIndexOf('group-3') - read.indexOf('group-3')).toBe(1);
    expect((await endpoints.page(1_000)).endpoints.map(({ groupId }) => groupId)).toEqual(read);
  });

  it('are empty without any, and behind the last', async () => {
    expect(await endpoints.page(20)).toEqual({ endpoints: [] });
    await endpoints.add(GROUP, newEndpoint());
    expect(await endpoints.page(20, GROUP)).toEqual({ endpoints: [] });
  });
});
