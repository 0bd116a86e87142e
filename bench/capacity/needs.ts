import { INPUTS, type Name } from './inputs.js';

/** Something that is needed, with the formula that says so. */
export interface Need {
  what: string;
  formula: string;
  value: number;
  unit: string;
}

const KIB_PER_GIB = 2 ** 20;
const KIB_PER_MIB = 2 ** 10;

/** What the aims need, from the figures of {@link INPUTS} or others. */
export function needs(values: Partial<Record<Name, number>> = {}): Need[] {
  const of = (name: Name): number => values[name] ?? INPUTS[name].value;
  const clients = of('terminals') + of('tills');
  const instances = Math.ceil(clients / of('connectionsPerInstance'));
  const pings = clients / of('heartbeatS');
  const pingCores = (pings * of('gatewayPingMs')) / 1000;
  const paymentCores = (of('paymentsPerS') * of('gatewayPaymentMs')) / 1000;
  const beats = instances * of('partitions') * of('beatsPerS');
  const redisPayments = (of('paymentsPerS') * of('redisPaymentMs')) / 1000;
  const redisBeats = (beats * of('redisBeatMs')) / 1000;
  const kept = of('paymentsPerS') * of('meanShare') * of('retentionH') * 3_600;
  const recordsGib = (kept * of('recordKib')) / KIB_PER_GIB;
  const presenceGib = (clients * of('presenceKib')) / KIB_PER_GIB;
  const shardsByMemory = Math.ceil((recordsGib + presenceGib) / of('redisMemory'));
  const shardsByCpu = Math.ceil((redisPayments + redisBeats) / of('load'));
  const mib = (kibPerS: number): number => kibPerS / KIB_PER_MIB;
  const perInstance = of('connectionsPerInstance');
  const stormCores = (perInstance * of('connectMs')) / 1000;
  return [
    need('instances', 'clients ÷ connections per instance', instances),
    need('cores of them for heartbeats', 'clients ÷ heartbeat × CPU of a ping', pingCores, 'cores'),
    need('cores of them for payments', 'payments/s × CPU of a payment', paymentCores, 'cores'),
    need(
      'busy in the mean',
      '(heartbeats + payments) ÷ instances',
      (pingCores + paymentCores) / instances,
      'cores each',
    ),
    need(
      'memory of an instance',
      'connections × (RSS + kernel)',
      (perInstance * (of('connectionKib') + of('kernelKib'))) / KIB_PER_MIB,
      'MiB',
    ),
    need('heartbeats', 'clients ÷ heartbeat', pings, '/s'),
    need('Redis: payments', 'payments/s × CPU of a payment', redisPayments, 'cores'),
    need('Redis: beats', 'instances × 64 × beats/s × CPU of a beat', redisBeats, 'cores'),
    need('beats', 'instances × 64 × beats/s', beats, 'scripts/s'),
    need('channels of hints', 'instances × 64', instances * of('partitions'), ''),
    need('probes', 'instances × 64 × probes/s', instances * of('partitions') * of('probesPerS'), '/s'),
    need('masters by CPU', '(payments + beats) ÷ load of a core', shardsByCpu),
    need('transactions kept', 'payments/s × share × retention', kept / 1e6, 'million'),
    need('memory for them', 'transactions × size', recordsGib, 'GiB'),
    need('memory for presence', 'clients × size', presenceGib, 'GiB'),
    need('masters by memory', '(transactions + presence) ÷ memory of a master', shardsByMemory),
    need('network of clients: heartbeats', 'pings/s × bytes', mib((pings * of('pingBytes')) / 1024), 'MiB/s'),
    need(
      'network of clients: payments',
      'payments/s × bytes',
      mib(of('paymentsPerS') * of('framesKib')),
      'MiB/s',
    ),
    need(
      'network of Redis: payments',
      'payments/s × (in + out)',
      mib(of('paymentsPerS') * (of('redisInKib') + of('redisOutKib'))),
      'MiB/s',
    ),
    need('network of Redis: at rest', 'instances × bytes', mib(instances * of('redisRestKib')), 'MiB/s'),
    need('append-only files', 'payments/s × bytes', mib(of('paymentsPerS') * of('fileKib')), 'MiB/s'),
    need(
      'an instance dies: cores to connect again',
      'connections × CPU of a connect',
      stormCores,
      'core seconds',
    ),
    need(
      'the same in Redis',
      'connections × CPU of a connect',
      (perInstance * of('redisConnectMs')) / 1000,
      'core seconds',
    ),
    need(
      'status updates of it',
      'connections × clients in a group ÷ 3',
      (perInstance * of('groupSize')) / 3 / 1000,
      'thousand frames',
    ),
  ];
}

function need(what: string, formula: string, value: number, unit = ''): Need {
  return { what, formula, value, unit };
}
