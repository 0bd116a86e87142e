import { defineScript, texts } from '../redis/index.js';

const file = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url);
const telling = [file('announce'), file('note-change')];

export const register = defineScript(file('register'), {
  uses: telling,
  keys: [
    'endpoint',
    'terminals',
    'desktops',
    'status',
    'statusSeq',
    'owned',
    'leases',
    'grace',
    'connections',
    'mail',
    'mailbox',
    'floor',
    'revisions',
    'changed',
  ],
  args: [
    'keyId',
    'member',
    'group',
    'instance',
    'leaseMs',
    'channel',
    'mode',
    'epoch',
    'connection',
    'deviceType',
    'deviceId',
    'entry',
    'details',
    'update',
    'since',
  ],
  reply: texts,
});

export const drop = defineScript(file('drop'), {
  uses: telling,
  keys: [
    'endpoint',
    'terminals',
    'desktops',
    'status',
    'statusSeq',
    'owned',
    'grace',
    'mail',
    'connections',
    'leases',
    'lost',
    'floor',
    'revisions',
    'changed',
  ],
  args: [
    'keyId',
    'member',
    'group',
    'connection',
    'channel',
    'deviceType',
    'deviceId',
    'graceMs',
    'entry',
    'update',
    'deadInstance',
  ],
  reply: texts,
});

export const expire = defineScript(file('expire'), {
  uses: telling,
  keys: [
    'endpoint',
    'terminals',
    'desktops',
    'status',
    'statusSeq',
    'grace',
    'floor',
    'revisions',
    'changed',
  ],
  args: ['keyId', 'member', 'group', 'epoch', 'channel', 'entry', 'update'],
  reply: texts,
});

/** What a partition tells an instance that shows itself. */
export interface Beat {
  /** The store's clock, ms. */
  now: number;
  lapsed: boolean;
  deadInstances: string[];
  /** Due members of each deadline set. */
  due: string[][];
}

export const beat = defineScript(file('beat'), {
  keys: [],
  args: ['instance', 'leaseMs', 'limit', 'sets'],
  reply: (raw): Beat[] =>
    (raw as [string, string, ...string[][]][]).map(([now, lapsed, deadInstances, ...due]) => ({
      now: Number(now),
      lapsed: lapsed === '1',
      deadInstances: deadInstances ?? [],
      due,
    })),
});

export const strangers = defineScript(file('strangers'), {
  keys: ['owned'],
  args: ['instance'],
  reply: (raw) => pairs(raw as string[]),
});

export const bury = defineScript(file('bury'), { keys: ['leases'], args: ['instance'], reply: texts });

export const trim = defineScript(file('trim'), { keys: [], args: ['limit'], reply: Number });

export const list = defineScript(file('list'), {
  keys: ['revisions', 'changed', 'terminals', 'leases'],
  args: ['group', 'born', 'revision', 'limit'],
  reply: (raw) => {
    const [born, revision, more, keyIds, entries, instances] = raw as [
      string,
      string,
      string,
      string[],
      (string | null)[],
      string[],
    ];
    return { mark: { born, revision }, hasMore: more === '1', keyIds, entries, instances };
  },
});

export const floor = defineScript(file('floor'), {
  keys: ['floor', 'leases'],
  args: ['since', 'limit'],
  reply: (raw) => {
    const [now, size, changes, instances] = raw as [string, number, string[], string[]];
    const changed = pairs(changes).map(([member, at]) => ({ member, at: Number(at) }));
    return { now: Number(now), size, changed, instances: new Set(instances) };
  },
});

function pairs(flat: string[]): [string, string][] {
  const result: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) {
    result.push([flat[i]!, flat[i + 1]!]);
  }
  return result;
}
