/** A frame to be thrown at the gateway: text or binary, whole or in fragments. */
export interface FuzzFrame {
  data: Buffer;
  binary: boolean;
  /** Sizes of all fragments but the last. */
  cuts: number[];
}

/** Small, fast and repeatable: the same seed gives the same frames. */
export class Random {
  constructor(private state: number) {}

  /** From 0 to below 1 (mulberry32). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  below(n: number): number {
    return Math.floor(this.next() * n);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }
}

/**
 * Frames that clients really send. Each gets exactly one reply whatever becomes of it: no payment among them finds its
 * terminal, so none is taken on in silence.
 */
const GOLDEN = [
  '{"action":"ping"}',
  '{"action":"getTerminals","includeOffline":true}',
  '{"action":"getTransaction","transactionId":"tx-1"}',
  '{"action":"payment","terminalId":"NOWHERE-1","paymentRequest":{"transactionId":"tx-1","amount":"10.50","currency":"EUR","paymentMethod":"CARD","products":[{"sku":"A","price":1.10}],"metadata":{"order":7}}}',
  '{"action":"payment","terminalId":"NOWHERE-2","paymentRequest":{"amount":99999999999999.99,"currency":"PHP","paymentMethod":"CASH"}}',
  '{"action":"paymentResponse","transactionId":"tx-1","paymentResponse":{"status":"SUCCESS","amount":"10.50","receiptData":{"lines":["a","b"]}}}',
  '{"action":"paymentComplete","paymentResponse":{"transactionId":"tx-2","status":"FAILED","errorCode":"DECLINED"}}',
];

/** Each is put anywhere into a frame. */
const TOKENS = [
  ...String.raw`{ } [ ] : , " \ \u \ud800 \u0000 null true - . e 0 9 1e400 -0 undefined NaN %00`.split(' '),
  ...'"__proto__": "constructor": "prototype": "action": "toString"'.split(' '),
  ...['\u0000', '\u0007', '\u001b[2J', '\u2028', '\ufeff', '\ufffd', '💳', '\r\n', ' ', '9'.repeat(400)],
];

const SCALARS = [
  ...String.raw`null true 0 -1 1e400 1e-400 0.1e1 "" "\ud800" "\u0000" [] {}`.split(' '),
  '9'.repeat(300),
];

const MEMBERS = [
  ...'action terminalId paymentRequest paymentResponse transactionId amount currency status metadata products'.split(
    ' ',
  ),
  ...String.raw`includeOffline __proto__ constructor toString hasOwnProperty \u0061ction`.split(' '),
  '',
];

const ACTIONS = [
  ...'ping getTerminals payment paymentResponse getTransaction __proto__ constructor'.split(' '),
  String.raw`\ud800`,
];

/** The next frame: mostly damaged real ones, and everything else a peer may get wrong. */
export function randomFrame(random: Random): FuzzFrame {
  const kind = random.below(20);
  if (kind === 0) return whole(bytes(random, random.below(200)), random.chance(0.5));
  if (kind === 1) return whole(Buffer.from(nested(random)));
  if (kind === 2) return whole(Buffer.from(random.pick(GOLDEN)), true);
  const text = Buffer.from(kind < 6 ? invented(random) : mutated(random));
  const data = random.chance(0.05) ? withBadByte(random, text) : text;
  return { data, binary: false, cuts: random.chance(0.1) ? cuts(random, data.length) : [] };
}

function whole(data: Buffer, binary = false): FuzzFrame {
  return { data, binary, cuts: [] };
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random.below(256)));
}

/** Far beyond what any frame needs. */
function nested(random: Random): string {
  const depth = 200 + random.below(3_000);
  const [open, close] = random.chance(0.5) ? ['[', ']'] : ['{"a":', '}'];
  const end = random.chance(0.7) ? close.repeat(depth) : '';
  return `{"action":"ping","a":${open.repeat(depth)}1${end}}`;
}

function mutated(random: Random): string {
  let text = random.pick(GOLDEN);
  for (let times = random.below(4); times > 0; times--) text = mutatedOnce(random, text);
  return text;
}

function mutatedOnce(random: Random, text: string): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.below(12));
  const other = random.pick(GOLDEN);
  switch (random.below(6)) {
    case 0:
      return text.slice(0, at) + random.pick(TOKENS) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(to);
    case 2:
      return text.slice(0, to) + text.slice(at);
    case 3:
      return text.slice(0, at) + other.slice(random.below(other.length));
    case 4:
      return text.replace(/"[^"]*"(?=[,}\]])/, () => random.pick(SCALARS));
    default:
      return text.replace(/"\w+":/g, (name) => (random.chance(0.3) ? `"${random.pick(MEMBERS)}":` : name));
  }
}

/** Valid JSON of any shape, often an object with an action. */
function invented(random: Random): string {
  const text = value(random, 4);
  return text.startsWith('{}') || !text.startsWith('{') || random.chance(0.3)
    ? text
    : `{"action":"${random.pick(ACTIONS)}",${text.slice(1)}`;
}

function value(random: Random, depth: number): string {
  if (depth === 0 || random.chance(0.3)) return random.pick(SCALARS);
  const inner = Array.from({ length: random.below(5) }, () => value(random, depth - 1));
  return random.chance(0.7)
    ? `{${inner.map((text) => `"${random.pick(MEMBERS)}":${text}`).join(',')}}`
    : `[${inner.join(',')}]`;
}

function withBadByte(random: Random, text: Buffer): Buffer {
  const at = random.below(text.length + 1);
  const bad = Buffer.from(random.pick([[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80], [0x80]]));
  return Buffer.concat([text.subarray(0, at), bad, text.subarray(at)]);
}

function cuts(random: Random, length: number): number[] {
  return Array.from({ length: 1 + random.below(5) }, () => random.below(Math.max(1, length / 4)));
}

/**
 * What the contract says a frame is answered with, each by exactly one frame.
 * @param isDesktop who sends it
 */
export function expectedReply({ data, binary }: FuzzFrame, isDesktop: boolean): string {
  const frame = binary ? undefined : parseObject(data);
  if (frame?.action === 'ping') return 'pong';
  const offline = frame?.includeOffline;
  const listable = offline === undefined || offline === null || typeof offline === 'boolean';
  return frame?.action === 'getTerminals' && isDesktop && listable ? 'terminalsResponse' : 'error';
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** The nesting that {@link nested} makes and that no other frame here comes near. */
const TOO_DEEP = /(\[|\{"a":){100}/;

function parseObject(data: Buffer): Record<string, unknown> | undefined {
  try {
    const text = utf8.decode(data);
    const parsed = JSON.parse(text) as unknown;
    const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed);
    if (!isObject || TOO_DEEP.test(text)) return undefined;
    // Own members alone: `{"__proto__":{"action":…}}` has no action.
    return Object.fromEntries(Object.entries(parsed));
  } catch {
    return undefined;
  }
}
