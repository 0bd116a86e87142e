import { beforeEach, describe, expect, it } from 'vitest';
import { memberOf } from '../../src/presence/index.js';
import { defineScript, partitionOf } from '../../src/redis/index.js';
import { DEPOSIT_LUA } from '../../src/relay/index.js';
import { connect, GROUP, till, type Connected } from '../support/endpoints.js';
import { HintEar } from '../support/hint-ear.js';
import { TestStore } from '../support/test-store.js';

const PARTITION = partitionOf(GROUP);
const POS = till('pos');
const MEMBER = memberOf(GROUP, 'pos');
const KEEP_MS = 60_000;

// deposit and withdraw are functions for other scripts; these do nothing but call them.
const caller = (name: string) => new URL(`../support/scripts/${name}.lua`, import.meta.url);
const deposit = defineScript(caller('call-deposit'), {
  uses: [DEPOSIT_LUA],
  keys: ['endpoint', 'mailbox', 'mail'],
  args: ['keyId', 'member', 'channel', 'keepMs', 'id', 'text'],
  reply: () => undefined,
});
const withdraw = defineScript(caller('call-withdraw'), {
  uses: [DEPOSIT_LUA],
  keys: ['mailbox', 'mail'],
  args: ['member', 'id'],
  reply: () => undefined,
});

let test: TestStore;
let ear: HintEar;
let mail: string;
let mailbox: string;

beforeEach(async () => {
  test = await TestStore.open();
  mail = test.keys.of(PARTITION, 'mail');
  mailbox = test.keys.mailbox(GROUP, 'pos');
  ear = await HintEar.on(test.keys.channel(PARTITION, test.config.incarnation));
});

async function put(id: string, text: string): Promise<void> {
  const keys = { endpoint: test.keys.endpoint(GROUP, 'pos'), mailbox, mail };
  const channel = test.keys.channel(PARTITION);
  await test.store.run(deposit, keys, { keyId: 'pos', member: MEMBER, channel, keepMs: KEEP_MS, id, text });
}

const take = (id: string) => test.store.run(withdraw, { mailbox, mail }, { member: MEMBER, id });
const lyingStamp = async (id: string) => (await test.redis.hget(mailbox, id))!.split(' ')[0];
const connectPos = (): Promise<Connected> => connect(test.presence(), POS);

describe('deposit', () => {
  it('keeps the message with its time, for a while', async () => {
    const start = await test.now();
    await put('r:T', '{"a":1}');
    const [micros, text] = (await test.redis.hget(mailbox, 'r:T'))!.split(' ');
    expect(text).toBe('{"a":1}');
    expect(Math.floor(Number(micros) / 1000)).toBeGreaterThanOrEqual(start);
    expect(await test.redis.pttl(mailbox)).toBeGreaterThan(KEEP_MS - 5_000);
  });

  it('hints a small message in whole to the instance of the receiver', async () => {
    const { epoch } = await connectPos();
    await put('r:T', 'frame\nwith a line feed');
    const stamp = await lyingStamp('r:T');
    expect(await ear.take(test.redis)).toEqual([
      `mail\npos\n${epoch}\nr:T\n${stamp}\nframe\nwith a line feed`,
    ]);
  });

  it.each([
    [4_096, true],
    [4_097, false],
  ])('with a frame of %i bytes, the hint carries it: %s', async (length, carried) => {
    const { epoch } = await connectPos();
    await put('r:T', 'x'.repeat(length));
    const [hint] = await ear.take(test.redis);
    const stamp = await lyingStamp('r:T');
    expect(hint).toBe(`mail\npos\n${epoch}\nr:T\n${stamp}${carried ? `\n${'x'.repeat(length)}` : ''}`);
  });

  it('is due for the sweep soon, and a further message does not put that off', async () => {
    await connectPos();
    await put('r:T', '{}');
    const due = Number(await test.redis.zscore(mail, MEMBER));
    expect(due).toBeGreaterThan(await test.now());
    await test.clockPast(due - 990);
    await put('r:U', '{}');
    expect(Number(await test.redis.zscore(mail, MEMBER))).toBe(due);
  });

  it('waits silently for a receiver that is away', async () => {
    const { endpoint } = await connectPos();
    await test.presence().drop(endpoint);
    await put('r:T', '{}');
    expect(await ear.take(test.redis)).toEqual([]);
    expect(await test.redis.zcard(mail)).toBe(0);
    expect(await test.redis.hkeys(mailbox)).toEqual(['r:T']);
  });
});

describe('withdraw', () => {
  it('ends the sweep with the last message only', async () => {
    await connectPos();
    await put('r:T', '{}');
    await put('r:U', '{}');
    await take('r:T');
    expect(await test.redis.zcard(mail)).toBe(1);
    await take('r:U');
    expect(await test.redis.zcard(mail)).toBe(0);
    expect(await test.redis.exists(mailbox)).toBe(0);
  });
});
