import { defineScript, texts } from '../redis/index.js';

const file = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url);

export const putEndpoint = defineScript(file('put-endpoint'), {
  keys: ['endpoints', 'groups'],
  args: ['group', 'id', 'endpoint', 'expected', 'limit'],
  reply: (raw) => texts(raw)[0] as 'stored' | 'changed' | 'full',
});

export const removeEndpoint = defineScript(file('remove-endpoint'), {
  keys: ['endpoints', 'groups', 'deliveries', 'bodies', 'log', 'ended'],
  args: ['group', 'id'],
  reply: Number,
});

export const putDelivery = defineScript(file('put-delivery'), {
  keys: ['deliveries', 'bodies', 'log', 'ended', 'due'],
  args: [
    'id',
    'delivery',
    'expected',
    'body',
    'createdAt',
    'endedAt',
    'member',
    'dueAt',
    'keepMs',
    'keepCount',
  ],
  reply: (raw) => {
    const [outcome, found = ''] = texts(raw);
    return { isStored: outcome === 'stored', found };
  },
});
