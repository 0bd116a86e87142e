import type { LatePolicy } from '../gateway/target.js';
import type { Times } from '../gateway/times.js';
import type { Layer } from './layers.js';
import type { Stage } from './stage.js';
import type { Till } from './till.js';

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

/** How the gateway must be set up for a scenario. */
export interface Setup {
  /** Any policy will do if absent. */
  latePolicy?: LatePolicy;
  /** The gateway must be allowed to call us. */
  webhooks?: boolean;
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
  'late',
  'cancel',
  'transactions',
  'http',
  'webhooks',
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
  setup: Setup;
  /** How long it has to wait by these times, in ms; undefined if it can not be waited for. */
  waitsFor(times: Times): number | undefined;
  /** @throws Mismatch, Missed */
  play(stage: Stage): Promise<void>;
}

type Told = Pick<Scenario, 'name' | 'about'> & {
  needs?: Partial<Needs>;
  setup?: Setup;
  layer?: Layer;
  waitsFor?: Scenario['waitsFor'];
} & (
    | Pick<Scenario, 'play'>
    /** What one connected till does, with no other device about. */
    | { alone: (till: Till) => void | Promise<void> }
  );

const USUAL_NEEDS: Needs = {
  tills: 1,
  terminals: 1,
  anonymous: 0,
  foreignTerminals: 0,
  foreignTills: 0,
  http: false,
};

/** Of scenarios for which a payment must be given up because its terminal stays away. */
export const THROUGH_GRACE: Scenario['waitsFor'] = ({ graceMs }) => graceMs;
/** Of scenarios for which a terminal must be given up that says nothing. */
export const THROUGH_SILENCE: Scenario['waitsFor'] = ({ paymentTimeoutMs }) => paymentTimeoutMs || undefined;

/** Scenarios of one subject. What they do not tell is usual: one till, one terminal, any gateway, nothing to wait for. */
export function scenarios(
  subject: Subject,
  layer: Layer,
  list: readonly Told[],
  common: { needs?: Partial<Needs>; setup?: Setup } = {},
): Scenario[] {
  return list.map(({ needs, setup, ...told }) => ({
    subject,
    layer,
    waitsFor: () => 0,
    ...('alone' in told ? { ...told, play: playAlone(told.alone) } : told),
    needs: { ...USUAL_NEEDS, ...('alone' in told && { terminals: 0 }), ...common.needs, ...needs },
    setup: { ...common.setup, ...setup },
  }));
}

function playAlone(alone: (till: Till) => void | Promise<void>): Scenario['play'] {
  return async ({ till }) => {
    await alone(await till.connects());
  };
}
