import type * as payments from '../../src/payments/index.js';
import type * as protocol from '../../src/protocol/index.js';
import { Latencies } from './latencies.js';

/** What is read in one go and timed together: a single frame is too short for the clock. */
const BATCH = 200;

const PAYMENT =
  '{"action":"payment","terminalId":"terminal-0-0","paymentRequest":{"transactionId":"sale-1","amount":"1.10","currency":"EUR",' +
  '"paymentMethod":"CARD","products":[{"sku":"4006381333931","quantity":1}],"metadata":{"till":"7","receipt":"2024-000123"}}}';
const RESPONSE =
  '{"action":"paymentResponse","paymentResponse":{"transactionId":"sale-1","status":"SUCCESS","amount":"1.10","currency":"EUR",' +
  '"paymentMethod":"CARD","authorizationCode":"A1B2C3","receiptData":"MID 00042 TID 7 VISA ***4242 APPROVED",' +
  '"timestamp":"2026-01-15T10:30:00.000Z"}}';

interface Gateway {
  protocol: Pick<typeof protocol, 'parseFrame'>;
  payments: Pick<typeof payments, 'readPaymentOrder' | 'readTerminalAnswer'>;
}

/** What is done with a frame, by name; the first is what ratios are taken to. */
export const READINGS: Record<string, (gateway: Gateway) => (data: Buffer) => unknown> = {
  'payment, JSON.parse alone': () => (data) => JSON.parse(data.toString()) as unknown,
  'payment, parsed':
    ({ protocol: { parseFrame } }) =>
    (data) =>
      parseFrame(data, false),
  'payment, parsed and checked':
    ({ protocol: { parseFrame }, payments: { readPaymentOrder } }) =>
    (data) =>
      readPaymentOrder(parseFrame(data, false)),
  'paymentResponse, JSON.parse alone': () => (data) => JSON.parse(data.toString()) as unknown,
  'paymentResponse, parsed':
    ({ protocol: { parseFrame } }) =>
    (data) =>
      parseFrame(data, false),
  'paymentResponse, parsed and checked':
    ({ protocol: { parseFrame }, payments: { readTerminalAnswer } }) =>
    (data) =>
      readTerminalAnswer(parseFrame(data, false)),
};

export interface ReadResult {
  /** Per frame, median and 99th percentile of the batches. */
  us: number;
  usP99: number;
}

export interface ReadRun {
  name: string;
  warmup: number;
  seconds: number;
}

/** Reads one frame again and again. */
export async function read({ name, warmup, seconds }: ReadRun): Promise<ReadResult> {
  const once = READINGS[name]!(await compiledGateway());
  const data = Buffer.from(name.startsWith('paymentResponse') ? RESPONSE : PAYMENT);
  const times = new Latencies();
  const startsAt = performance.now() + warmup * 1000;
  for (let now = performance.now(); now < startsAt + seconds * 1000;) {
    for (let i = 0; i < BATCH; i++) once(data);
    const end = performance.now();
    if (now > startsAt) times.add(((end - now) / BATCH) * 1000);
    now = end;
  }
  const { p50, p99 } = times.summary();
  return { us: p50, usP99: p99 };
}

async function compiledGateway(): Promise<Gateway> {
  const module = (name: string): Promise<unknown> =>
    import(new URL(`../../dist/${name}/index.js`, import.meta.url).href);
  // The metadata of the DTO classes needs it, as in the gateway's own start.
  await import('reflect-metadata');
  const [protocol, payments] = await Promise.all([module('protocol'), module('payments')]);
  return { protocol, payments } as Gateway;
}
