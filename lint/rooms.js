/**
 * The rooms of src/ and the arrows between them: what each room may import. Anything absent is forbidden.
 * A new room is one new line here, and that line is the place to argue about it.
 */
export const ARROWS = {
  protocol: [],
  config: [],
  logging: ['protocol', 'config'],
  metrics: ['config'],
  tracing: ['config', 'logging'],
  redis: ['config', 'logging'],
  connections: ['protocol', 'config', 'logging'],
  keys: ['redis', 'protocol', 'config', 'logging'],
  presence: ['metrics', 'redis', 'protocol', 'config', 'logging'],
  terminals: ['keys', 'presence', 'connections', 'redis', 'protocol', 'config', 'logging'],
  relay: ['tracing', 'presence', 'connections', 'metrics', 'redis', 'protocol', 'config', 'logging'],
  payments: [
    'relay',
    'terminals',
    'connections',
    'presence',
    'metrics',
    'tracing',
    'redis',
    'protocol',
    'config',
    'logging',
  ],
  audit: ['redis', 'config', 'logging'],
  webhooks: ['payments', 'tracing', 'keys', 'presence', 'metrics', 'redis', 'protocol', 'config', 'logging'],
  edge: ['audit', 'redis', 'protocol', 'config', 'logging'],
  instances: ['edge', 'relay', 'presence', 'connections', 'metrics', 'redis', 'config', 'logging'],
  gateway: [
    'edge',
    'payments',
    'relay',
    'terminals',
    'redis',
    'presence',
    'connections',
    'keys',
    'metrics',
    'protocol',
    'config',
    'logging',
  ],
  api: [
    'edge',
    'payments',
    'terminals',
    'webhooks',
    'keys',
    'metrics',
    'redis',
    'protocol',
    'config',
    'logging',
  ],
  console: [
    'edge',
    'audit',
    'instances',
    'webhooks',
    'payments',
    'presence',
    'keys',
    'redis',
    'protocol',
    'config',
    'logging',
  ],
  documents: ['edge', 'protocol', 'config'],
  health: [
    'edge',
    'webhooks',
    'relay',
    'presence',
    'connections',
    'metrics',
    'redis',
    'protocol',
    'config',
    'logging',
  ],
  commands: ['audit', 'keys', 'webhooks', 'presence', 'redis', 'config', 'logging'],
};

/** The two files above all rooms. */
export const TOP = {
  'app.module': Object.keys(ARROWS),
  main: ['app.module', 'api', 'gateway', 'health', 'keys', 'config', 'logging', 'redis', 'tracing'],
};

/** The room of a path relative to src/: its first folder, or the file's own name when it lies in src/ itself. */
export function roomOf(path) {
  const [first] = path.split('/');
  return first.replace(/(\.spec)?\.[jt]s$/, '');
}

/**
 * Judges one import between two paths relative to src/ and answers with the rule it breaks, in plain words,
 * or with undefined. A target outside src/ starts with `../`.
 */
export function judgeImport(from, to) {
  const room = roomOf(from);
  const allowed = ARROWS[room] ?? TOP[room];
  if (allowed === undefined) {
    return `Every room is on the map: "${room}" is not. Add it with its arrows to lint/rooms.js.`;
  }
  if (to.startsWith('../')) return judgeLeavingSrc(from);
  const target = roomOf(to);
  if (target === room) return judgeInside(room, to);
  if (!allowed.includes(target)) {
    const list = allowed.length > 0 ? allowed.join(', ') : 'nothing of ours';
    return `Arrows point down only: "${room}" may not import "${target}". It may import ${list}.`;
  }
  const entersThroughDoor = !to.includes('/') || to === `${target}/index.ts`;
  return entersThroughDoor
    ? undefined
    : `A room is entered through its door: import "${target}/index.js", not "${to.replace(/\.ts$/, '.js')}".`;
}

function judgeLeavingSrc(from) {
  const isTest = /\.spec\.ts$/.test(from);
  return isTest ? undefined : 'src/ stands alone: only a spec may import from outside src/.';
}

function judgeInside(room, to) {
  return to === `${room}/index.ts`
    ? `Inside a room the door is not used: import the file itself, not the own "${room}/index.js".`
    : undefined;
}
