import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readComposeFile } from '../support/compose.js';
import { ComposeStack } from '../support/compose-stack.js';
import { eventually } from '../support/eventually.js';
import { callHttps } from '../support/https.js';
import { Fleet, keysFor } from './fleet.js';

const GATEWAYS = ['gateway-1', 'gateway-2', 'gateway-3'] as const;
/** Payments that have a result before the first stop. */
const WARM_UP_PAYMENTS = 20;

export interface RollingOptions {
  clients: number;
  /** Payments per second. */
  rate: number;
  /** DRAIN_TIMEOUT_MS of the gateways. */
  drainMs: number;
  say?: (line: string) => void;
}

/** One gateway that was stopped and started again. */
export interface Restart {
  gateway: string;
  exitCode: number | null;
  /** From SIGTERM to the end of the process, ms. */
  stopMs: number;
  /** When each of its clients lost its connection, ms after SIGTERM. */
  lossesAt: number[];
}

export interface RollingOutcome {
  options: RollingOptions;
  restarts: Restart[];
  fleet: Fleet;
}

/**
 * Restarts every gateway of docker-compose.yml, one after the other, under load: SIGTERM, wait for the end, start, wait until the
 * balancer uses it again.
 */
export async function rollingRestart(options: RollingOptions): Promise<RollingOutcome> {
  const { clients, rate, drainMs, say = () => {} } = options;
  const folder = await mkdtemp(join(tmpdir(), 'terminal-gateway-rolling-'));
  const keysFile = join(folder, 'keys.json');
  const keys = keysFor(clients);
  await writeFile(keysFile, JSON.stringify({ keys }));
  const file = await readComposeFile({ GATEWAY_API_KEYS_FILE: keysFile, LOG_LEVEL: 'warn' });
  const stack = await ComposeStack.open(file, { env: { DRAIN_TIMEOUT_MS: String(drainMs) } });
  let fleet: Fleet | undefined;
  try {
    await stack.startRedis('redis');
    const ca = await stack.makeCertificate();
    GATEWAYS.forEach((name) => stack.startGateway(name));
    for (const name of GATEWAYS) await stack.untilReady(name);
    stack.startBalancer(GATEWAYS);
    const door = `https://localhost:${stack.port('haproxy')}/health/ready`;
    await eventually(async () => (await callHttps(door, { ca })).status === 200, { what: 'haproxy' });
    fleet = new Fleet(stack.url(), ca, keys);
    await fleet.connect();
    say(`${fleet.connected} clients connected`);
    const paying = fleet.pay(rate);
    await eventually(() => fleet!.results.length >= WARM_UP_PAYMENTS, {
      timeoutMs: 20_000,
      what: 'payments',
    });
    const restarts: Restart[] = [];
    for (const [i, gateway] of GATEWAYS.entries()) {
      restarts.push(await restart(stack, fleet, gateway, i + 1));
      say(`${gateway} restarted, ${fleet.results.length} payments so far`);
    }
    await fleet.finish();
    await paying;
    return { options, restarts, fleet };
  } finally {
    fleet?.close();
    await stack.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function restart(stack: ComposeStack, fleet: Fleet, gateway: string, place: number): Promise<Restart> {
  const before = fleet.closings.length;
  const startedAt = performance.now();
  const exitCode = await stack.program(gateway).stop('SIGTERM');
  const stopMs = performance.now() - startedAt;
  const lossesAt = fleet.closings.slice(before).map(({ at }) => at - startedAt);
  stack.startGateway(gateway);
  await stack.untilReady(gateway);
  await stack.untilUsed(place);
  return { gateway, exitCode, stopMs, lossesAt };
}

/** The largest part of the losses that fell into one tenth of the drain time, 0 to 1. */
export function largestTenth({ lossesAt }: Restart, drainMs: number): number {
  const counts = lossesAt.map(
    (from) => lossesAt.filter((at) => at >= from && at < from + drainMs / 10).length,
  );
  return Math.max(0, ...counts) / Math.max(1, lossesAt.length);
}

/** What must not have happened, in words; empty if all is well. */
export function violations({ fleet, restarts, options }: RollingOutcome): string[] {
  const { closings, started, results, carriedOut, problems } = fleet;
  const wrongCodes = closings.filter(({ code }) => code !== 1012);
  const failed = results.filter(({ status }) => status !== 'SUCCESS');
  const twice = [...carriedOut].filter(([, times]) => times !== 1);
  return [
    ...problems,
    ...wrongCodes.map(({ code }) => `a socket was closed with ${code}`),
    ...(results.length === started ? [] : [`${started - results.length} payments lost`]),
    ...failed.map(({ transactionId, status, paymentResponse }) => {
      return `${transactionId} ended ${status} ${paymentResponse.errorCode ?? ''}`;
    }),
    ...twice.map(([transactionId, times]) => `${transactionId} was carried out ${times} times`),
    ...restarts.flatMap((one) => restartViolations(one, options)),
  ];
}

function restartViolations(restart: Restart, { drainMs, clients }: RollingOptions): string[] {
  const { gateway, exitCode, lossesAt } = restart;
  const share = largestTenth(restart, drainMs);
  return [
    ...(exitCode === 0 ? [] : [`${gateway} ended with ${exitCode}`]),
    ...(lossesAt.length > clients / 10 ? [] : [`${gateway} had only ${lossesAt.length} clients`]),
    ...(share <= 0.5 ? [] : [`${gateway} sent ${Math.round(100 * share)} % away within a tenth of its time`]),
  ];
}
