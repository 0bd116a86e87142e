import type { Times } from '../gateway/times.js';
import type { Layer } from './layers.js';
import type { Stage } from './stage.js';

/** The devices that a scenario has to itself. */
export interface Needs {
  tills: number;
  terminals: number;
  /** Terminals without a `deviceId`. */
  anonymous: number;
  /** Terminals and tills of another group. */
  foreignTerminals: number;
  foreignTills: number;
  /** Keys of tills must have a `secret`. */
  http: boolean;
}

export const SUBJECTS = [
  'payment',
  'idempotency',
  'refusals',
  'presence',
  'terminal',
  'recovery',
  'network',
  'void',
  'cancel',
  'transactions',
  'http',
  'hostile',
] as const;

export type Subject = (typeof SUBJECTS)[number];

/** One named piece of the contract, put to the test. */
export interface Scenario {
  name: string;
  subject: Subject;
  /** The lowest layer that a gateway must have for it. */
  layer: Layer;
  /** What is promised, in one line. */
  about: string;
  needs: Needs;
  /** How long it has to wait by these times, in ms; undefined if it can not be waited for. */
  waitsFor(times: Times): number | undefined;
  /** @throws Mismatch, Missed */
  play(stage: Stage): Promise<void>;
}

type Told = Pick<Scenario, 'name' | 'about' | 'play'> & {
  needs?: Partial<Needs>;
  layer?: Layer;
  waitsFor?: Scenario['waitsFor'];
};

const USUAL_NEEDS: Needs = {
  tills: 1,
  terminals: 1,
  anonymous: 0,
  foreignTerminals: 0,
  foreignTills: 0,
  http: false,
};

/** Scenarios of one subject. What they do not tell is usual: one till, one terminal, nothing to wait for. */
export function scenarios(
  subject: Subject,
  layer: Layer,
  list: readonly Told[],
  common: Partial<Needs> = {},
): Scenario[] {
  return list.map(({ needs, ...told }) => ({
    subject,
    layer,
    waitsFor: () => 0,
    ...told,
    needs: { ...USUAL_NEEDS, ...common, ...needs },
  }));
}
