import { InvalidArgumentError } from 'commander';
import { BEHAVIOURS, isBehaviour, type Behaviour } from '../devices/behaviours.js';
import type { Random } from '../devices/random.js';

/** How often each behaviour is asked for, by weight. */
export type Mix = Readonly<Partial<Record<Behaviour, number>>>;

/** Mostly what a shop sees, and a little of everything that does not keep a terminal busy for long. */
export const USUAL_MIX =
  'approve=80,decline=10,cancel-on-terminal=2,duplicate-result=2,malformed-frame=2,contradicting-result=1,' +
  'drop-before-acknowledging=1,drop-after-approval=1,busy=1';

/** @param text `approve=80,decline=10,slow=5`; `decline` shares its weight among all declines @throws InvalidArgumentError */
export function readMix(text: string): Mix {
  const mix: Partial<Record<Behaviour, number>> = {};
  for (const part of text.split(',')) {
    const [name = '', weight = ''] = part.split('=').map((word) => word.trim());
    const names = name === 'decline' ? declines() : isBehaviour(name) ? [name] : [];
    if (names.length === 0) throw new InvalidArgumentError(`there is no behaviour ${name}`);
    if (!/^\d+(\.\d+)?$/.test(weight)) {
      throw new InvalidArgumentError(`${name} needs a weight, such as ${name}=10`);
    }
    for (const each of names) mix[each] = (mix[each] ?? 0) + Number(weight) / names.length;
  }
  const sum = Object.values(mix).reduce((total, weight) => total + weight, 0);
  if (sum <= 0) throw new InvalidArgumentError('all weights are 0');
  return mix;
}

function declines(): Behaviour[] {
  return (Object.keys(BEHAVIOURS) as Behaviour[]).filter((name) => name.startsWith('decline-'));
}

/** An amount whose cents ask for a behaviour of the mix. */
export function drawAmount(random: Random, mix: Mix): string {
  return `${random.int(1, 250)}.${BEHAVIOURS[random.weighted(mix)].cents}`;
}
