import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Measures, Round, Suite } from '../types.js';
import { GROUPS, readProfile } from '../cpu-profile.js';
import { RESULTS } from '../report.js';
import { measurePayments, saturationSuite } from './payments.js';

/** Where the CPU time of the instances goes at saturation, by self time. */
export const profileSuite: Suite = {
  ...saturationSuite,
  name: 'profile',
  summary: 'shares of CPU time at saturation, from a V8 profile of both instances (--seconds)',
  targets: ['gateway'],
  probed: true,
  columns: { 'per second': 0, ...Object.fromEntries(GROUPS.map((group) => [group, 1])) },
  ratios: [],
  async measure(round) {
    const { processes } = round.running;
    const measures = await profiled(round, () => measurePayments(round, {}));
    const profile = readProfile(processes.map((_, i) => readFileSync(fileOf(i), 'utf8')));
    writeFileSync(join(RESULTS, 'profile-functions.txt'), profile.functions.join('\n'));
    return { ...measures, ...profile.shares };
  },
};

/** The profile also covers the opening of connections and the warm-up, which are small beside the load. */
async function profiled(round: Round, work: () => Promise<Measures>): Promise<Measures> {
  const { processes } = round.running;
  await Promise.all(processes.map(({ probe }) => probe.call('startProfile')));
  const measures = await work();
  await Promise.all(processes.map(({ probe }, i) => probe.call('stopProfile', { file: fileOf(i) })));
  return measures;
}

function fileOf(instance: number): string {
  return join(RESULTS, `instance-${instance}.cpuprofile`);
}
