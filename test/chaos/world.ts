import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureProgram } from '../../scripts/programs.mjs';
import { freePort } from '../../scripts/test-redis.mjs';
import { PROJECT_FOLDER, runProgram } from '../support/programs.js';
import { Program } from './program.js';
import { RedisLink } from './redis-link.js';
import { RedisServer, type Persistence } from './redis-server.js';

export const INSTANCES = 3;
const START_LIMIT_MS = 30_000;

/** Times of the gateway in a run: short, so that late results, voids and lost leases happen in it. */
export const TIMES = {
  graceMs: 3_000,
  leaseMs: 2_000,
  paymentTimeoutMs: 10_000,
  deliveryTimeoutMs: 2_000,
};

export interface ClientKey {
  id: string;
  key: string;
  /** Of its HTTP calls. */
  secret: string;
  groupId: string;
  deviceType: 'desktop' | 'terminal';
  deviceId?: string;
}

export interface WorldOptions {
  /** For logs, keys and certificates; exists already. */
  folder: string;
  keys: readonly ClientKey[];
  /** Folder with the compiled gateway. */
  dist: string;
  persistence: Persistence;
  /** Keys of nobody in the load. */
  moreKeys?: readonly object[];
  /** Module (URL) that is loaded into every instance; it is told of a socket's path by `PROBE_SOCKET`. */
  preload?: string;
}

/** One gateway process with its own way to Redis. */
export class Instance {
  /** A fault is at work on it. */
  busy = false;

  constructor(
    readonly name: string,
    readonly port: number,
    readonly link: RedisLink,
    private readonly program: Program,
    /** Path of the socket of what was preloaded. */
    readonly probe: string,
  ) {}

  get isRunning(): boolean {
    return this.program.isRunning;
  }

  signal(name: NodeJS.Signals): void {
    this.program.signal(name);
  }

  end(name: NodeJS.Signals): Promise<void> {
    return this.program.end(name);
  }

  /** Starts it, again if it gives up because it can not reach Redis, and resolves when it is ready. */
  async start(): Promise<void> {
    const end = Date.now() + START_LIMIT_MS;
    while (Date.now() < end) {
      if (!this.program.isRunning) this.program.start();
      if (await this.isReady()) return;
      await sleep(100);
    }
    throw new Error(`${this.name} did not get ready`);
  }

  async isReady(): Promise<boolean> {
    try {
      const url = `http://127.0.0.1:${this.port}/health/ready`;
      const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
      await response.arrayBuffer();
      return response.ok;
    } catch {
      return false;
    }
  }
}

/** Redis, three instances and haproxy, as processes of this machine. */
export class World {
  private constructor(
    readonly redis: RedisServer,
    readonly instances: readonly Instance[],
    private readonly haproxy: Program,
    /** Where clients connect. */
    readonly url: string,
    /** Where they call. */
    readonly httpUrl: string,
    readonly ca: string,
    /** File with certificate and key of `localhost`. */
    readonly certificate: string,
  ) {}

  static async start(options: WorldOptions): Promise<World> {
    const { folder, moreKeys = [] } = options;
    const keys = [...options.keys, ...moreKeys];
    mkdirSync(join(folder, 'logs'));
    const keysFile = join(folder, 'keys.json');
    writeFileSync(keysFile, JSON.stringify({ keys }));
    await runProgram(['sh', 'deploy/haproxy/make-dev-cert.sh', folder]);
    const redis = await RedisServer.start(join(folder, 'logs/redis.log'), options.persistence);
    const names = Array.from({ length: INSTANCES }, (_, i) => `gateway-${i + 1}`);
    const instances = await Promise.all(names.map((name) => makeInstance(name, redis, keysFile, options)));
    await Promise.all(instances.map((instance) => instance.start()));
    const port = await freePort();
    const haproxy = await makeBalancer(port, instances, folder);
    haproxy.start();
    const [ca, certificate] = [
      readFileSync(join(folder, 'gateway.crt'), 'utf8'),
      join(folder, 'gateway.pem'),
    ];
    const urls = [`wss://localhost:${port}/v1`, `https://localhost:${port}`] as const;
    return new World(redis, instances, haproxy, ...urls, ca, certificate);
  }

  /** Waits until every instance says that it is ready. @returns false if the time is over before */
  async untilReady(limitMs = START_LIMIT_MS): Promise<boolean> {
    const end = Date.now() + limitMs;
    while (Date.now() < end) {
      const ready = await Promise.all(this.instances.map((instance) => instance.isReady()));
      if (ready.every(Boolean)) return true;
      await sleep(100);
    }
    return false;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.instances.map((instance) => instance.end('SIGKILL')), this.haproxy.end()]);
    this.instances.forEach(({ link }) => link.close());
    await this.redis.stop();
  }
}

async function makeInstance(
  name: string,
  redis: RedisServer,
  keysFile: string,
  { folder, dist, preload }: WorldOptions,
): Promise<Instance> {
  const [port, link] = await Promise.all([freePort(), RedisLink.to(redis.port)]);
  const probe = join(folder, `${name}.sock`);
  const env = {
    ...(preload && { PROBE_SOCKET: probe }),
    HOST: '127.0.0.1',
    PORT: String(port),
    INSTANCE_ID: name,
    REDIS_URL: link.url,
    API_KEYS_FILE: keysFile,
    RATE_LIMIT_CONNECTS_PER_MINUTE: '0',
    RATE_LIMIT_FRAMES_PER_SECOND: '0',
    RATE_LIMIT_REQUESTS_PER_MINUTE: '0',
    WEBHOOK_ALLOW_HOSTS: 'localhost',
    WEBHOOK_CA_FILE: join(folder, 'gateway.crt'),
    WEBHOOK_RETRY_DELAYS_MS: '500,1000,2000,4000,8000,8000,8000',
    TRUSTED_PROXIES: '127.0.0.1',
    GRACE_PERIOD_MS: String(TIMES.graceMs),
    INSTANCE_LEASE_MS: String(TIMES.leaseMs),
    PAYMENT_TIMEOUT_MS: String(TIMES.paymentTimeoutMs),
    DELIVERY_TIMEOUT_MS: String(TIMES.deliveryTimeoutMs),
    CANCEL_TIMEOUT_MS: '3000',
    HEARTBEAT_INTERVAL_MS: '1000',
    HEARTBEAT_TIMEOUT_MS: '3000',
    DRAIN_TIMEOUT_MS: '4000',
  };
  const preloading = preload ? ['--import', preload] : [];
  const command: [string, ...string[]] = [process.execPath, ...preloading, join(dist, 'main.js')];
  const program = new Program({ command, env, log: join(folder, `logs/${name}.log`), cwd: folder });
  return new Instance(name, port, link, program, probe);
}

async function makeBalancer(port: number, instances: readonly Instance[], folder: string): Promise<Program> {
  const addresses = instances.map((instance, i) => [`GATEWAY_${i + 1}`, `127.0.0.1:${instance.port}`]);
  return new Program({
    command: [ensureProgram('haproxy', 'haproxy'), '-f', join(PROJECT_FOLDER, 'deploy/haproxy/haproxy.cfg')],
    env: {
      GATEWAY_BIND: `127.0.0.1:${port}`,
      GATEWAY_CERTIFICATE: join(folder, 'gateway.pem'),
      // All clients have one address here.
      GATEWAY_ADDRESS_CONNECTS_PER_10S: '1000000',
      GATEWAY_ADDRESS_REQUESTS_PER_10S: '1000000',
      ...(Object.fromEntries(addresses) as Record<string, string>),
    },
    log: join(folder, 'logs/haproxy.log'),
    cwd: folder,
  });
}
