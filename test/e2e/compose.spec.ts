// docker-compose.yml without Docker: its commands, its environment and its files, as processes of this machine.
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { ensureProgram } from '../../scripts/programs.mjs';
import { freePort } from '../../scripts/test-redis.mjs';
import { healthcheckOf, readComposeFile, serviceOf, startService } from '../support/compose.js';
import { eventually } from '../support/eventually.js';
import { callHttps } from '../support/https.js';
import { PROJECT_FOLDER, type Program, runProgram, stopPrograms } from '../support/programs.js';
import { ReturningClient, type Frame } from '../support/returning-client.js';

const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'] as const;
type GatewayName = (typeof GATEWAYS)[number];

const compose = await readComposeFile();
const read = (path: string) => readFile(join(PROJECT_FOLDER, path), 'utf8');
const dockerfile = await read('Dockerfile');
const { keys } = JSON.parse(await read('deploy/api-keys.example.json')) as {
  keys: { id: string; key: string; metadata?: object }[];
};

const service = (name: string) => serviceOf(compose, name);

/** A card terminal that approves everything. */
function approve({ action, transactionId }: Frame, terminal: ReturningClient): void {
  if (action !== 'payment') return;
  terminal.send({
    action: 'paymentResponse',
    transactionId,
    paymentResponse: { transactionId, status: 'SUCCESS' },
  });
}

let folder: string;
let ca: string;
let ports: Record<GatewayName | 'redis' | 'haproxy', number>;
let haproxy: Program;
const gateways = new Map<GatewayName, Program>();
const started: Program[] = [];

describe('the services of docker-compose.yml, started one after another', () => {
  let till: ReturningClient;
  let terminal: ReturningClient;

  // The only differences to the containers: where things lie and which ports are free.
  const adaptation = () => ({ folder, addresses: { 'redis:6379': `127.0.0.1:${ports.redis}` } });

  function startGateway(name: GatewayName): void {
    const env = { PORT: String(ports[name]), TRUSTED_PROXIES: '127.0.0.1' };
    const program = startService(service(name), adaptation(), { env });
    gateways.set(name, program);
    started.push(program);
  }

  const url = () => `wss://localhost:${ports.haproxy}/v1`;

  const isReady = (name: GatewayName) =>
    fetch(`http://127.0.0.1:${ports[name]}/health/ready`).then(
      ({ ok }) => ok,
      () => false,
    );

  const waitReady = (name: GatewayName) =>
    eventually(() => isReady(name), { timeoutMs: 20_000, what: `${name} to be ready` }).catch(
      (error: unknown) => {
        throw new Error(gateways.get(name)?.log, { cause: error });
      },
    );

  /** What haproxy believes, from the last change in its log. */
  const believed = (name: GatewayName) =>
    [...haproxy.log.matchAll(new RegExp(`Server gateways/${name} is (UP|DOWN)`, 'g'))].at(-1)?.[1];
  const isUp = (name: GatewayName) => believed(name) === 'UP';
  const isDown = (name: GatewayName) => believed(name) === 'DOWN';

  const client = (keyId: string, onFrame?: typeof approve) =>
    new ReturningClient(url(), { ca, key: keys.find(({ id }) => id === keyId)?.key ?? '' }, onFrame);

  const listed = async () =>
    (await till.ask({ action: 'getTerminals' }, 'terminalsResponse')).terminals ?? [];

  const isListedOnline = async () =>
    (await listed()).some(({ deviceId, status }) => deviceId === 'TERM-001' && status === 'online');

  async function pay(transactionId: string): Promise<Frame> {
    const paymentRequest = { transactionId, amount: '10.10', currency: 'EUR', paymentMethod: 'CARD' };
    return till.ask({ action: 'payment', terminalId: 'TERM-001', paymentRequest }, 'paymentComplete');
  }

  beforeAll(async () => {
    ensureProgram('redis-server', 'redis-server');
    ensureProgram('openssl', 'openssl');
    folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-compose-'));
    await mkdir(join(folder, 'redis-data'));
    const names = ['redis', 'haproxy', ...GATEWAYS] as const;
    const free = await Promise.all(names.map(freePort));
    ports = Object.fromEntries(names.map((name, i) => [name, free[i]])) as typeof ports;
  });

  afterAll(async () => {
    till?.close();
    terminal?.close();
    await stopPrograms();
    await rm(folder, { recursive: true, force: true });
  });

  it('redis becomes healthy', async () => {
    startService(service('redis'), adaptation(), {
      args: ['--port', String(ports.redis), '--bind', '127.0.0.1'],
    });
    const check = healthcheckOf(service('redis'), { 'redis-cli': `redis-cli -p ${ports.redis}` });
    await eventually(() => runProgram(check));
  });

  it('certs makes a certificate', async () => {
    // Only root can give a file away.
    const env = process.getuid?.() === 0 ? undefined : { CERT_OWNER: '' };
    const { exitCode } = startService(service('certs'), adaptation(), { ...(env && { env }) });
    expect(await exitCode).toBe(0);
    ca = await readFile(join(folder, 'certificates/gateway.crt'), 'utf8');
  });

  it('a gateway becomes healthy', async () => {
    startGateway('gateway-1');
    await waitReady('gateway-1');
    const check = JSON.parse(/^HEALTHCHECK .* CMD (\[.*\])$/m.exec(dockerfile)?.[1] ?? '') as [string];
    await runProgram(check, { PORT: String(ports['gateway-1']) });
    await expect(runProgram(check, { PORT: String(ports['gateway-2']) })).rejects.toThrow('ended with 1');
  });

  it('haproxy becomes healthy with one gateway of three', async () => {
    const addresses = GATEWAYS.map((name, i) => [`GATEWAY_${i + 1}`, `127.0.0.1:${ports[name]}`]);
    haproxy = startService(service('haproxy'), adaptation(), {
      env: {
        GATEWAY_BIND: `127.0.0.1:${ports.haproxy}`,
        GATEWAY_CERTIFICATE: join(folder, 'certificates/gateway.pem'),
        ...(Object.fromEntries(addresses) as Record<string, string>),
      },
    });
    const check = healthcheckOf(service('haproxy'), { '127.0.0.1:8443': `127.0.0.1:${ports.haproxy}` });
    await eventually(() => runProgram(check));
    for (const name of ['gateway-2', 'gateway-3'] as const) await eventually(() => isDown(name));
  });

  it('a till connects with a key of the example file', async () => {
    till = client('dev-pos-1');
    await eventually(() => till.isOpen);
    expect(await listed()).toEqual([]);
  });

  it('refuses a key that is not in the file', async () => {
    const socket = new WebSocket(url(), { ca, headers: { 'x-api-key': 'dev-only-key-unknown' } });
    const [error] = (await once(socket, 'error')) as [Error];
    expect(error.message).toContain('401');
  });

  it('keeps metrics from the outside', async () => {
    expect((await callHttps(`https://localhost:${ports.haproxy}/metrics`, { ca })).status).toBe(404);
  });

  it('a terminal connects to one of the gateways that came later, and the till sees it', async () => {
    for (const name of ['gateway-2', 'gateway-3'] as const) startGateway(name);
    for (const name of ['gateway-2', 'gateway-3'] as const) {
      await eventually(() => isUp(name), { timeoutMs: 20_000, what: `haproxy to use ${name}` });
    }
    terminal = client('dev-terminal-1', approve);
    await eventually(isListedOnline);
    const example = keys.find(({ id }) => id === 'dev-terminal-1');
    expect((await listed())[0]).toMatchObject({ deviceId: 'TERM-001', metadata: example?.metadata });
  });

  it('a payment goes from the till to the terminal and its result comes back', async () => {
    const complete = await pay('tx-compose-1');
    expect(complete).toMatchObject({
      transactionId: 'tx-compose-1',
      terminalId: 'TERM-001',
      status: 'SUCCESS',
    });
    expect(complete.paymentResponse).toMatchObject({ amount: '10.10', currency: 'EUR' });
  });

  it('the till comes back elsewhere when its gateway is killed', async () => {
    // It was the only one when the till connected, and the terminal came later, so it is on another.
    await gateways.get('gateway-1')?.stop('SIGKILL');
    await eventually(() => till.connections === 2 && till.isOpen);
    expect(terminal.connections).toBe(1);
    expect(await isListedOnline()).toBe(true);
    expect((await pay('tx-compose-2')).status).toBe('SUCCESS');
  });

  it('both go on with the last gateway when another is stopped in order', async () => {
    expect(await gateways.get('gateway-2')?.stop('SIGTERM')).toBe(0);
    await eventually(() => till.isOpen && terminal.isOpen);
    await eventually(isListedOnline, { timeoutMs: 10_000 });
    expect((await pay('tx-compose-3')).status).toBe('SUCCESS');
  });

  it('a killed gateway is used again once it is back', async () => {
    startGateway('gateway-1');
    await eventually(() => isUp('gateway-1'), { timeoutMs: 20_000, what: 'haproxy to use gateway-1' });
  });

  it('no key ever reached a log', () => {
    const logs = [haproxy, ...started].map(({ log }) => log).join('\n');
    for (const { key } of keys) expect(logs).not.toContain(key);
  });
});
