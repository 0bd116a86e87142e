// deploy/haproxy in front of stand-ins for the gateway, which can be made to be ready, to drain and to die at will.
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { ensureProgram } from '../../scripts/programs.mjs';
import { freePort } from '../../scripts/test-redis.mjs';
import { eventually } from '../support/eventually.js';
import { callHttps } from '../support/https.js';
import { Program, runProgram, stopPrograms } from '../support/programs.js';

const MAKE_CERTIFICATE = 'deploy/haproxy/make-dev-cert.sh';

/** Answers like a gateway as far as a balancer can see, and tells what reached it. */
class StandIn {
  /** What it says when haproxy asks. */
  ready = true;
  /** What it does with everybody else. A drain begins a moment before haproxy asks again. */
  refusing = false;
  readonly requests: IncomingMessage[] = [];
  private readonly sockets = new WebSocketServer({ noServer: true });
  private server: Server = this.createServer();
  private port = 0;

  constructor(readonly name: string) {}

  async start(): Promise<void> {
    this.server = this.createServer();
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  /** As SIGKILL would: connections are cut, new ones refused. */
  async die(): Promise<void> {
    if (!this.server.listening) return;
    this.sockets.clients.forEach((socket) => socket.terminate());
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  private createServer(): Server {
    return createServer((request, response) => {
      if (request.url === '/health/ready') {
        response.writeHead(this.ready ? 200 : 503).end();
        return;
      }
      this.requests.push(request);
      response.writeHead(this.refusing ? 503 : 200).end(this.name);
    }).on('upgrade', (request, socket, head) => {
      this.requests.push(request);
      if (this.refusing) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
        return;
      }
      this.sockets.handleUpgrade(request, socket, head, (client) => client.send(this.name));
    });
  }
}

const gateways = ['gateway-1', 'gateway-2', 'gateway-3'].map((name) => new StandIn(name));
let folder: string;
let ca: string;
let port: number;
let haproxy: Program;

beforeAll(async () => {
  ensureProgram('openssl', 'openssl');
  folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-balancer-'));
  await runProgram(['sh', MAKE_CERTIFICATE, folder]);
  ca = await readFile(join(folder, 'gateway.crt'), 'utf8');
  await Promise.all(gateways.map((gateway) => gateway.start()));
  port = await freePort();
  // These tests all come from one address.
  haproxy = startBalancer(port, { GATEWAY_ADDRESS_CONNECTS_PER_10S: '100000' });
});

function startBalancer(onPort: number, limits: Record<string, string>): Program {
  return new Program(['haproxy', '-f', 'deploy/haproxy/haproxy.cfg'], {
    GATEWAY_BIND: `127.0.0.1:${onPort}`,
    GATEWAY_CERTIFICATE: join(folder, 'gateway.pem'),
    ...Object.fromEntries(gateways.map(({ address }, i) => [`GATEWAY_${i + 1}`, address])),
    ...limits,
  });
}

afterAll(async () => {
  await stopPrograms();
  await Promise.all(gateways.map((gateway) => gateway.die()));
  await rm(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  for (const gateway of gateways) {
    await gateway.die();
    gateway.ready = true;
    gateway.refusing = false;
    await gateway.start();
  }
  await eventually(async () => expect(await reachable()).toEqual(names(gateways)), { timeoutMs: 10_000 });
  gateways.forEach((gateway) => gateway.requests.splice(0));
});

const names = (some: readonly StandIn[]) => some.map(({ name }) => name).sort();
const call = (path: string, method = 'GET', headers: Record<string, string> = {}) =>
  callHttps(`https://localhost:${port}${path}`, { ca, method, headers });

/** Who answers now. Requests go round among equally loaded gateways, so twice as many calls see them all. */
async function reachable(): Promise<string[]> {
  const answers: string[] = [];
  for (const _ of [...gateways, ...gateways]) answers.push((await call('/v1/terminals')).body);
  return [...new Set(answers)].sort();
}

/** Opens a WebSocket and says which gateway holds it. */
async function openSocket(path = '/v1'): Promise<{ socket: WebSocket; holder: string }> {
  const socket = new WebSocket(`wss://localhost:${port}${path}`, { ca });
  const [hello] = (await once(socket, 'message')) as [Buffer];
  return { socket, holder: hello.toString() };
}

async function sendRaw(request: string): Promise<void> {
  const socket = connectTls({ port, ca, servername: 'localhost' }, () => socket.write(request));
  await once(socket.resume(), 'end');
}

/** Does something and waits until haproxy has changed its mind about a gateway. */
async function until(gateway: StandIn, state: 'UP' | 'DOWN', act: () => void): Promise<void> {
  const before = haproxy.log.length;
  act();
  const line = `Server gateways/${gateway.name} is ${state}`;
  await eventually(() => expect(haproxy.log.slice(before)).toContain(line), { timeoutMs: 10_000 });
}

describe('the development certificate', () => {
  it('is made once and stays', async () => {
    const target = join(folder, 'once');
    await runProgram(['sh', MAKE_CERTIFICATE, target]);
    const first = await readFile(join(target, 'gateway.pem'), 'utf8');
    await runProgram(['sh', MAKE_CERTIFICATE, target]);
    expect(await readFile(join(target, 'gateway.pem'), 'utf8')).toBe(first);
  });

  it('is one and the same for several that start at once, and leaves nothing behind', async () => {
    const target = join(folder, 'race');
    await Promise.all([1, 2, 3, 4].map(() => runProgram(['sh', MAKE_CERTIFICATE, target])));
    expect((await readdir(target)).sort()).toEqual(['gateway.crt', 'gateway.pem']);
    const certificate = await readFile(join(target, 'gateway.crt'), 'utf8');
    expect(await readFile(join(target, 'gateway.pem'), 'utf8')).toContain(certificate.trim());
  });

  it('keeps its key from everybody but owner and group', async () => {
    expect((await stat(join(folder, 'gateway.pem'))).mode & 0o777).toBe(0o640);
    expect(await readFile(join(folder, 'gateway.crt'), 'utf8')).not.toContain('PRIVATE KEY');
  });

  it.each(['localhost', '127.0.0.1', 'tills.example'])('is valid for %s', async (name) => {
    const target = join(folder, 'names');
    await runProgram(['sh', MAKE_CERTIFICATE, target, 'DNS:tills.example']);
    const check = name === '127.0.0.1' ? '-checkip' : '-checkhost';
    const log = await runProgram([
      'openssl',
      'x509',
      '-noout',
      '-in',
      join(target, 'gateway.crt'),
      check,
      name,
    ]);
    expect(log).toContain('does match');
  });
});

describe('haproxy', () => {
  it('refuses TLS 1.1', async () => {
    const socket = connectTls({
      port,
      ca,
      servername: 'localhost',
      minVersion: 'TLSv1.1',
      maxVersion: 'TLSv1.1',
      // Else this side already refuses.
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION');
  });

  it('replaces the X-Forwarded-For of a client', async () => {
    await call('/v1/terminals', 'GET', { 'X-Forwarded-For': '203.0.113.7', Forwarded: 'for=203.0.113.7' });
    const [request] = gateways.flatMap(({ requests }) => requests);
    expect(request?.headers['x-forwarded-for']).toBe('127.0.0.1');
    expect(request?.headers['x-forwarded-proto']).toBe('https');
    expect(request?.headers.forwarded).toBeUndefined();
  });

  it('replaces it on an upgrade too', async () => {
    const socket = new WebSocket(`wss://localhost:${port}/v1`, {
      ca,
      headers: { 'X-Forwarded-For': '203.0.113.7' },
    });
    await once(socket, 'open');
    socket.terminate();
    const [request] = gateways.flatMap(({ requests }) => requests);
    expect(request?.headers['x-forwarded-for']).toBe('127.0.0.1');
  });

  it.each(['/metrics', '/METRICS', '/metrics/', '/metrics?x=1'])('keeps %s inside', async (path) => {
    expect((await call(path)).status).toBe(404);
    expect(gateways.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('never logs a query string', async () => {
    await call('/v1/terminals?x-api-key=secret-in-query');
    const { socket } = await openSocket('/v1/logged?x-api-key=secret-in-query');
    socket.close();
    await sendRaw('GET /v1/malformed?x-api-key=secret-in-query HTTP/1.1\r\nno header\r\n\r\n');
    await eventually(() => {
      for (const seen of ['/v1/terminals', '/v1/logged', 'BADREQ']) expect(haproxy.log).toContain(seen);
    });
    expect(haproxy.log).not.toContain('secret');
  });

  it('tells browsers to stay with TLS, in its own answers too', async () => {
    for (const path of ['/v1/terminals', '/metrics']) {
      expect((await call(path)).headers['strict-transport-security']).toBe('max-age=31536000');
    }
  });

  it('spreads sockets by their number', async () => {
    const opened = [];
    for (const _ of gateways) opened.push(await openSocket());
    expect(opened.map(({ holder }) => holder).sort()).toEqual(names(gateways));
    opened.forEach(({ socket }) => socket.terminate());
  });

  it('sends nobody to a gateway that is not ready, and leaves its sockets alone', async () => {
    const [unready, ...others] = gateways as [StandIn, ...StandIn[]];
    const opened = [];
    for (const _ of gateways) opened.push(await openSocket());
    const kept = opened.find(({ holder }) => holder === unready.name)?.socket;

    await until(unready, 'DOWN', () => (unready.ready = false));
    expect(await reachable()).toEqual(names(others));
    expect(kept?.readyState).toBe(WebSocket.OPEN);
    opened.forEach(({ socket }) => socket.terminate());
  });

  it('opens a socket elsewhere when the emptiest gateway has just begun to drain', async () => {
    const [draining, ...others] = gateways as [StandIn, ...StandIn[]];
    const opened = [];
    for (const _ of gateways) opened.push(await openSocket());
    draining.refusing = true;
    draining.requests.splice(0);
    opened.find(({ holder }) => holder === draining.name)?.socket.terminate();

    // Until haproxy has noticed the closed one, all three are equally full.
    await eventually(async () => {
      const { socket, holder } = await openSocket();
      socket.terminate();
      expect(names(others)).toContain(holder);
      expect(draining.requests.length).toBeGreaterThan(0);
    });
    opened.forEach(({ socket }) => socket.terminate());
  });

  it('passes on a refused POST and does not repeat it', async () => {
    gateways.forEach((gateway) => (gateway.refusing = true));
    const { status } = await call('/v1/terminals/TERM-001/payments', 'POST');
    expect(status).toBe(503);
    expect(gateways.flatMap(({ requests }) => requests)).toHaveLength(1);
  });

  it('goes around a gateway that died, at once', async () => {
    const [dead, ...others] = gateways as [StandIn, ...StandIn[]];
    await dead.die();
    expect(await reachable()).toEqual(names(others));
  });

  it('finds the last one when the others died together', async () => {
    const [last, ...dead] = gateways as [StandIn, ...StandIn[]];
    const { socket } = await openSocket();
    await Promise.all(dead.map((gateway) => gateway.die()));
    await eventually(async () => expect(await reachable()).toEqual([last.name]));
    socket.terminate();
  });

  it('takes a gateway back when it is ready again', async () => {
    const [restarted] = gateways as [StandIn];
    await until(restarted, 'DOWN', () => (restarted.ready = false));
    await until(restarted, 'UP', () => (restarted.ready = true));
    expect(await reachable()).toEqual(names(gateways));
  });

  it('answers in the form of the gateway when none is ready', async () => {
    await Promise.all(gateways.map((gateway) => gateway.die()));
    const { status, headers, body } = await call('/v1/terminals');
    expect(status).toBe(503);
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toMatchObject({ error: 'Service Unavailable', retrySafe: false });
  });
});

describe('the limits of haproxy per address', () => {
  let strict: number;
  let host = 256;
  const get = 'GET /v1/terminals HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';

  beforeAll(async () => {
    strict = await freePort();
    startBalancer(strict, {
      GATEWAY_ADDRESS_CONNECTIONS: '3',
      GATEWAY_ADDRESS_CONNECTS_PER_10S: '12',
      GATEWAY_ADDRESS_REQUESTS_PER_10S: '5',
      GATEWAY_REQUEST_TIMEOUT: '300ms',
    });
  });

  beforeEach(async () => {
    // Each time from another address, or the limits would end the wait.
    await eventually(async () => expect(await sent(host++, get)).toContain('200 OK'), { timeoutMs: 10_000 });
    gateways.forEach((gateway) => gateway.requests.splice(0));
  });

  /** A connection from an address of its own. @param from its number */
  function connectFrom(from: number): TLSSocket {
    const localAddress = `127.2.${from >> 8}.${from & 255}`;
    const local = { port: strict, host: '127.0.0.1', localAddress };
    return connectTls({ ...local, ca, servername: 'localhost' });
  }

  async function sent(from: number, text: string): Promise<string> {
    const socket = connectFrom(from).on('error', () => {});
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.write(text);
    // Not `once`, which fails on an error; a refused connection is reset.
    await new Promise((resolve) => socket.on('close', resolve));
    return Buffer.concat(chunks).toString();
  }

  it.each([
    ['head', 'GET /v1/terminals HTTP/1.1\r\nHost: loc'],
    ['body', 'POST /v1/terminals/T/payments HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{'],
  ])('ends a request whose %s does not arrive, before a gateway sees it', async (_, beginning) => {
    expect(await sent(6, beginning)).toMatch(/^HTTP\/1.1 408 /);
    expect(gateways.flatMap(({ requests }) => requests)).toEqual([]);
  });

  it('refuses further requests of an address that makes too many, and of no other', async () => {
    const answers = [];
    for (let i = 0; i < 7; i++) answers.push(await sent(2, get));
    expect(answers[0]).toMatch(/^HTTP\/1.1 200/);
    expect(answers[6]).toMatch(/^HTTP\/1.1 429 [^]*retry-after: 10/i);
    expect(await sent(3, get)).toMatch(/^HTTP\/1.1 200/);
  });

  it('takes so many connections of an address at once and no more', async () => {
    const kept = [connectFrom(4), connectFrom(4), connectFrom(4)];
    await Promise.all(kept.map((socket) => once(socket, 'secureConnect')));
    expect(await sent(4, get)).toBe('');
    kept.forEach((socket) => socket.destroy());
  });

  it('takes so many connection attempts of an address and no more', async () => {
    const answers = [];
    for (let i = 0; i < 14; i++) answers.push(await sent(5, get));
    expect(answers[0]).not.toBe('');
    expect(answers[13]).toBe('');
  });
});
