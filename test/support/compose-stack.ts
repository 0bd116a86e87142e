import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf, healthcheckOf, mountsOf, serviceOf, startService, type ComposeFile } from './compose.js';
import { eventually } from './eventually.js';
import { runProgram, type Program } from './programs.js';
import { freePorts } from './redis-server.js';

const START_LIMIT_MS = 60_000;
const HOST = '127.0.0.1';

export interface StackOptions {
  /** Environment of every gateway beside what the file sets. */
  env?: Record<string, string>;
}

/**
 * Services of docker-compose.yml as processes of this machine: the commands, environments and files are those of the containers;
 * where volumes lie and which ports are taken are the only differences.
 */
export class ComposeStack {
  private readonly programs = new Map<string, Program>();
  private readonly ports = new Map<string, number>();

  private constructor(
    private readonly file: ComposeFile,
    /** Where the named volumes lie, each in a folder of its own. */
    readonly folder: string,
    private readonly env: Record<string, string>,
  ) {}

  static async open(file: ComposeFile, { env = {} }: StackOptions = {}): Promise<ComposeStack> {
    const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-stack-'));
    const stack = new ComposeStack(file, folder, env);
    const names = Object.keys(file.services);
    // The second half is for the bus ports of a Redis Cluster.
    const free = await freePorts(2 * names.length);
    [...names, ...names.map((name) => `${name} bus`)].forEach((name, i) => stack.ports.set(name, free[i]!));
    return stack;
  }

  port(name: string): number {
    return this.ports.get(name)!;
  }

  program(name: string): Program {
    const program = this.programs.get(name);
    if (!program) throw new Error(`${name} was not started`);
    return program;
  }

  /** Where clients connect. @param door the service that publishes the port */
  url(door = 'haproxy'): string {
    return `wss://localhost:${this.port(door)}/v1`;
  }

  /** Everything that the services have written so far. */
  logs(): string {
    return [...this.programs].map(([name, { log }]) => `--- ${name}\n${log}`).join('\n');
  }

  /** Starts a server of the store, or a whole list of them, and waits until they are healthy. */
  async startRedis(...names: string[]): Promise<void> {
    for (const name of names) {
      await this.makeVolumes(name);
      const args = ['--port', String(this.port(name)), '--bind', HOST];
      const busPort = ['--cluster-port', String(this.port(`${name} bus`))];
      this.start(name, { args: name.startsWith('cluster-') ? [...args, ...busPort] : args });
    }
    for (const name of names) {
      const check = healthcheckOf(this.service(name), {
        ' -p 26379': '',
        'redis-cli': `redis-cli -p ${this.port(name)}`,
      });
      await this.patiently(name, () => runProgram(check));
    }
  }

  /** Runs a service that ends by itself. */
  async run(name: string, env: Record<string, string> = {}): Promise<void> {
    await this.makeVolumes(name);
    const code = await this.start(name, { env }).exitCode;
    if (code !== 0) throw new Error(`${name} ended with ${code}:\n${this.program(name).log}`);
  }

  /** @returns the certificate that clients shall trust */
  async makeCertificate(): Promise<string> {
    // Only root can give a file away.
    await this.run('certs', process.getuid?.() === 0 ? {} : { CERT_OWNER: '' });
    return readFile(join(this.folder, 'certificates/gateway.crt'), 'utf8');
  }

  startGateway(name: string): void {
    this.start(name, { env: { PORT: String(this.port(name)), TRUSTED_PROXIES: HOST, ...this.env } });
  }

  /** @param gateways the services that stand for gateway-1, gateway-2 and gateway-3 */
  startBalancer(gateways: readonly string[]): void {
    const places = gateways.map((name, i) => [`GATEWAY_${i + 1}`, `${HOST}:${this.port(name)}`]);
    this.start('haproxy', {
      env: {
        GATEWAY_BIND: `${HOST}:${this.port('haproxy')}`,
        GATEWAY_CERTIFICATE: join(this.folder, 'certificates/gateway.pem'),
        ...(Object.fromEntries(places) as Record<string, string>),
      },
    });
  }

  async untilReady(name: string, scheme = 'http'): Promise<void> {
    const url = `${scheme}://${HOST}:${this.port(name)}/health/ready`;
    await this.patiently(name, async () => (await fetch(url)).ok);
  }

  /** Resolves when the balancer uses a gateway. @param place of the gateway, from 1 */
  async untilUsed(place: number): Promise<void> {
    await this.patiently('haproxy', () => this.believed(place) === 'UP');
  }

  /** What haproxy believes of a gateway, from the last change in its log. */
  believed(place: number): string | undefined {
    const changes = new RegExp(`Server gateways/gateway-${place} is (UP|DOWN)`, 'g');
    return [...this.program('haproxy').log.matchAll(changes)].at(-1)?.[1];
  }

  async close(): Promise<void> {
    await Promise.all([...this.programs.values()].map((program) => program.stop('SIGKILL')));
    await rm(this.folder, { recursive: true, force: true });
  }

  private start(name: string, own: { args?: string[]; env?: Record<string, string> }): Program {
    const program = startService(
      this.service(name),
      { folder: this.folder, addresses: this.addresses() },
      own,
    );
    this.programs.set(name, program);
    return program;
  }

  private service(name: string) {
    return serviceOf(this.file, name);
  }

  /** Names and addresses of the compose network → where they are here. */
  private addresses(): Record<string, string> {
    const named = Object.entries(this.file.services).flatMap(([name, service]) => {
      const here = `${HOST}:${this.port(name)}`;
      const hosts = [name, addressOf(service) ?? name];
      return hosts.flatMap((host) => [6379, 26379].map((port) => [`${host}:${port}`, here]));
    });
    return Object.fromEntries(named) as Record<string, string>;
  }

  private async makeVolumes(name: string): Promise<void> {
    const volumes = mountsOf(this.service(name)).filter(({ source }) => source in this.file.volumes);
    for (const { source } of volumes) await mkdir(join(this.folder, source), { recursive: true });
  }

  private async patiently(name: string, probe: () => unknown): Promise<void> {
    await eventually(async () => (await probe()) !== false, { timeoutMs: START_LIMIT_MS, what: name }).catch(
      (error: unknown) => {
        throw new Error(`${name} did not come up:\n${this.program(name).log}`, { cause: error });
      },
    );
  }
}
