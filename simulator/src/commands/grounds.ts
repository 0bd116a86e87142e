import type { Scenario } from '../conformance/scenario.js';
import { makeKeys, type KeyRecord } from '../gateway/keys.js';
import { LATE_POLICIES, openTarget, type Target } from '../gateway/target.js';
import { WebhookReceiver } from '../wire/webhook-receiver.js';
import { CannotRun } from './cannot-run.js';
import { targetOptions, type TargetFlags } from './options.js';

/** The gateways that scenarios are played at. */
export interface Grounds {
  targets: readonly Target[];
  close(): Promise<void>;
}

/** Groups of a gateway of our own; scenarios of different groups do not see each other. */
const GROUPS = 8;
const GROUP_SIZE = { tills: 2, terminals: 2, anonymous: 1 };

/**
 * The gateway that is named, or one of our own for each policy that these scenarios are about.
 * @throws CannotRun if the options do not name one gateway, or it can not be started
 */
export async function openGrounds(flags: TargetFlags, scenarios: readonly Scenario[]): Promise<Grounds> {
  if (!flags.embedded) {
    const target = await openTarget(targetOptions(flags), newKeys);
    return { targets: [target], close: () => target.close() };
  }
  if (flags.latePolicy) throw new CannotRun('--embedded plays every policy: leave --late-policy out');
  const isWanted = (policy: Target['latePolicy']) =>
    scenarios.some(({ setup: { latePolicy = 'void' } }) => latePolicy === policy);
  const receiver = scenarios.some(({ setup }) => setup.webhooks) ? await WebhookReceiver.start() : undefined;
  const opening = LATE_POLICIES.filter(isWanted).map((latePolicy) =>
    openTarget(targetOptions(flags), newKeys, { latePolicy, receiver }),
  );
  const targets = (await Promise.allSettled(opening)).flatMap((each) =>
    each.status === 'fulfilled' ? [each.value] : [],
  );
  const close = async () => {
    await Promise.all(targets.map((target) => target.close()));
    await receiver?.stop();
  };
  if (targets.length < opening.length) await close();
  // Those that have started are gone now; the first that has not tells why.
  await Promise.all(opening);
  return { targets, close };
}

function newKeys(): KeyRecord[] {
  return Array.from({ length: GROUPS }, (_, i) => makeKeys(`shop-${i + 1}`, GROUP_SIZE)).flat();
}
