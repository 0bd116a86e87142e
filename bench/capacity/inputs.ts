/** A figure that the calculation starts from. Replace it here when it was measured anew, then run `npm run capacity`. */
export interface Input {
  value: number;
  unit: string;
  /** Where it comes from. */
  source: string;
}

const aim = 'aim';
const chosen = 'chosen';
const configured = 'default of the settings';

export const INPUTS = {
  terminals: { value: 1_000_000, unit: '', source: aim },
  tills: { value: 500_000, unit: '', source: 'aim, two terminals per till' },
  paymentsPerS: { value: 10_000, unit: '/s', source: 'aim, at the busiest hour' },
  meanShare: { value: 0.25, unit: '', source: 'chosen: payments over 48 hours against the busiest hour' },
  groupSize: { value: 30, unit: 'clients', source: chosen },
  connectionsPerInstance: {
    value: 15_000,
    unit: '',
    source: 'chosen, below the 20,000 open files of a usual process',
  },
  load: { value: 0.6, unit: 'of a core', source: 'chosen: what a process may be busy in the mean' },
  redisMemory: { value: 50, unit: 'GiB', source: 'chosen: data per master' },
  heartbeatS: { value: 5, unit: 's', source: configured },
  retentionH: { value: 48, unit: 'h', source: configured },
  partitions: { value: 64, unit: '', source: 'fixed' },
  beatsPerS: { value: 2, unit: '/s per partition in use', source: 'pulse' },
  probesPerS: { value: 0.7, unit: '/s per partition', source: 'pulse' },
  gatewayPaymentMs: { value: 0.23, unit: 'ms', source: '`performance.md`, saturation' },
  redisPaymentMs: { value: 0.126, unit: 'ms', source: '`performance.md`, saturation' },
  gatewayPingMs: {
    value: 0.025,
    unit: 'ms',
    source: '`performance.md`, idle: 0.17 cores less 0.07, 3,900 pings/s',
  },
  connectMs: { value: 0.345, unit: 'ms', source: '`performance.md`, connect' },
  redisConnectMs: { value: 0.106, unit: 'ms', source: '`performance.md`, connect' },
  redisBeatMs: { value: 0.08, unit: 'ms', source: '10 ms per second and instance, in 128 beats' },
  connectionKib: { value: 5.4, unit: 'KiB', source: '`performance.md`, idle connections' },
  kernelKib: { value: 4.9, unit: 'KiB', source: 'of slab per socket, on Linux 6.18' },
  presenceKib: { value: 1.2, unit: 'KiB', source: '`performance.md`, idle connections' },
  recordKib: {
    value: 1.83,
    unit: 'KiB',
    source: '`npm run bench -- --suite store`: the record and its places in indexes',
  },
  fileKib: { value: 4.8, unit: 'KiB', source: '`--suite store`: written to the append-only file' },
  redisInKib: { value: 3.4, unit: 'KiB', source: '`--suite store`' },
  redisOutKib: { value: 1.24, unit: 'KiB', source: '`--suite store`' },
  redisRestKib: { value: 307, unit: 'KiB/s', source: '`--suite store`: in and out, per instance at rest' },
  framesKib: { value: 2.4, unit: 'KiB', source: 'five frames of a payment with their packets, in and out' },
  pingBytes: {
    value: 280,
    unit: 'B',
    source: 'ping and pong in TLS, with their packets and acknowledgements',
  },
} satisfies Record<string, Input>;

export type Name = keyof typeof INPUTS;
