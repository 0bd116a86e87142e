/** Groups in the order of the table; a frame belongs to the first whose rule fits. */
const RULES: readonly [group: string, fits: (name: string, url: string) => boolean][] = [
  ['garbage collection', (name) => name === '(garbage collector)'],
  ['outside JavaScript', (name) => name === '(program)' || name === '(root)'],
  ['system calls (write)', (name, url) => url === '' && /^write/.test(name)],
  [
    'ioredis',
    (_, url) => /node_modules\/(ioredis|@ioredis|redis-parser|redis-errors|denque|standard-as)/.test(url),
  ],
  ['ws', (_, url) => url.includes('node_modules/ws/')],
  ['class-validator', (_, url) => /node_modules\/(class-validator|class-transformer|validator)\//.test(url)],
  ['Nest and RxJS', (_, url) => /node_modules\/(@nestjs|rxjs|reflect-metadata)\//.test(url)],
  ['other packages', (_, url) => url.includes('node_modules/')],
  ['Node (net, streams, timers)', (_, url) => url.startsWith('node:')],
  ['own code', (_, url) => url !== ''],
];

export const GROUPS = RULES.map(([group]) => group);

interface ProfileNode {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  children?: number[];
}

interface Profile {
  nodes: ProfileNode[];
  samples: number[];
  timeDeltas: number[];
}

/** Shares in percent of the time that was not idle, and the functions with the most self time. */
export function readProfile(texts: string[]): { shares: Record<string, number>; functions: string[] } {
  const byGroup = new Map<string, number>();
  const byFunction = new Map<string, number>();
  let total = 0;
  for (const text of texts) {
    for (const { node, group, selfUs } of selfTimes(JSON.parse(text) as Profile)) {
      const { functionName, url, lineNumber } = node.callFrame;
      const place = `${group}\t${functionName || '(anonymous)'}\t${url.replace(/^.*\/(node_modules|dist)\//, '')}:${lineNumber + 1}`;
      byGroup.set(group, (byGroup.get(group) ?? 0) + selfUs);
      byFunction.set(place, (byFunction.get(place) ?? 0) + selfUs);
      total += selfUs;
    }
  }
  const percent = (us: number) => (us / total) * 100;
  const functions = [...byFunction].sort((a, b) => b[1] - a[1]);
  return {
    shares: Object.fromEntries(GROUPS.map((group) => [group, percent(byGroup.get(group) ?? 0)])),
    functions: functions.slice(0, 150).map(([place, us]) => `${percent(us).toFixed(2)}\t${place}`),
  };
}

function selfTimes(profile: Profile): { node: ProfileNode; group: string; selfUs: number }[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
  const self = new Map<number, number>();
  profile.samples.forEach((id, i) => self.set(id, (self.get(id) ?? 0) + profile.timeDeltas[i]!));
  const groups = new Map<number, string>();
  // Parents come before their children. A built-in without a place of its own belongs to whoever called it.
  for (const node of profile.nodes) {
    const own = groupOf(node) ?? groups.get(node.id) ?? 'outside JavaScript';
    groups.set(node.id, own);
    for (const child of node.children ?? []) groups.set(child, own);
  }
  return [...self]
    .map(([id, selfUs]) => ({ node: nodes.get(id)!, group: groups.get(id)!, selfUs }))
    .filter(({ node }) => node.callFrame.functionName !== '(idle)');
}

function groupOf({ callFrame: { functionName, url } }: ProfileNode): string | undefined {
  return RULES.find(([, fits]) => fits(functionName, url))?.[0];
}
