import { defineScript, texts } from '../redis/index.js';
import { DEPOSIT_LUA, RECORD_LUA } from '../relay/index.js';

const file = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url);
/** Each call makes the functions anew that its script is given, so none is given what it does not use. */
const withMail = [DEPOSIT_LUA, RECORD_LUA];
const withAnswer = [...withMail, file('complete')];

export const accept = defineScript(file('accept'), {
  uses: withMail,
  keys: [
    'record',
    'terminal',
    'terminalMailbox',
    'desktop',
    'desktopMailbox',
    'mail',
    'due',
    'leases',
    'outbox',
    'refusal',
    'payments',
  ],
  args: [
    'terminalKey',
    'terminalId',
    'terminalMember',
    'deviceId',
    'desktopKey',
    'desktopMember',
    'desktopEpoch',
    'request',
    'channel',
    'deliveryTimeoutMs',
    'keepMs',
    'member',
    'escapedId',
    'frame',
    'instance',
    'progress',
    'webhooks',
    'paymentWaitMs',
    'signedAt',
  ],
  reply: (raw): AcceptReply => {
    const [outcome, text, stamp] = raw as [AcceptOutcome, string?, string?];
    return { outcome, text, stamp };
  },
});

export interface AcceptReply {
  outcome: AcceptOutcome;
  /** `replayed`: the stored result. `differs`: the stored request. */
  text: string | undefined;
  /** `replayed`: of the result's deposit. */
  stamp: string | undefined;
}

export type AcceptOutcome =
  | 'accepted'
  | 'joined'
  | 'replayed'
  | 'differs'
  | 'duplicate'
  | 'no_terminal'
  | 'offline'
  | 'busy'
  | 'stale'
  | 'displaced'
  | 'unregistered';

export const claim = defineScript(file('claim'), {
  uses: [RECORD_LUA],
  keys: ['record', 'terminal', 'due'],
  args: ['epoch', 'token', 'paymentTimeoutMs', 'member', 'instance'],
  reply: texts,
});

export const unclaim = defineScript(file('unclaim'), {
  uses: withMail,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'due', 'payments'],
  args: [
    'token',
    'deliveryTimeoutMs',
    'member',
    'terminalKey',
    'terminalMember',
    'escapedId',
    'channel',
    'keepMs',
    'instance',
    'frame',
  ],
  reply: texts,
});

export const settle = defineScript(file('settle'), {
  uses: withAnswer,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'due', 'outbox', 'payments'],
  args: [
    'cause',
    'terminalKey',
    'status',
    'failure',
    'eventId',
    'recipients',
    'before',
    'response',
    'missing',
    'after',
    'retrySafe',
    'terminalMember',
    'member',
    'escapedId',
    'channel',
    'keepMs',
    'instance',
    'errorCode',
  ],
  reply: texts,
});

export const suspend = defineScript(file('suspend'), {
  uses: [RECORD_LUA],
  keys: ['record', 'terminal', 'due', 'lost', 'grace', 'payments'],
  args: ['member', 'terminalMember', 'keepMs', 'instance'],
  reply: texts,
});

export const resume = defineScript(file('resume'), {
  uses: withMail,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'due', 'lost', 'payments'],
  args: [
    'terminalKey',
    'terminalMember',
    'epoch',
    'member',
    'escapedId',
    'paymentTimeoutMs',
    'channel',
    'keepMs',
    'instance',
    'frame',
  ],
  reply: texts,
});

export const requeue = defineScript(file('requeue'), {
  uses: withMail,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'due'],
  args: [
    'terminalKey',
    'terminalMember',
    'member',
    'escapedId',
    'deliveryTimeoutMs',
    'channel',
    'keepMs',
    'frame',
  ],
  reply: texts,
});

export const late = defineScript(file('late'), {
  uses: withAnswer,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'outbox', 'payments'],
  args: [
    'terminalKey',
    'status',
    'policy',
    'response',
    'missing',
    'voidBefore',
    'voidAfter',
    'eventId',
    'recipients',
    'before',
    'after',
    'terminalMember',
    'member',
    'escapedId',
    'channel',
    'keepMs',
    'instance',
  ],
  reply: texts,
});

export const voidAnswer = defineScript(file('void'), {
  uses: withMail,
  keys: ['record', 'terminalMailbox', 'mail', 'outbox', 'payments'],
  args: [
    'terminalKey',
    'terminalMember',
    'member',
    'escapedId',
    'confirmed',
    'refusal',
    'recipients',
    'before',
    'after',
    'voidReason',
    'channel',
    'keepMs',
    'instance',
  ],
  reply: texts,
});

export const cancel = defineScript(file('cancel'), {
  uses: withMail,
  keys: ['record', 'terminal', 'terminalMailbox', 'mail'],
  args: ['desktopKey', 'terminalMember', 'escapedId', 'channel', 'keepMs', 'instance', 'frame'],
  reply: texts,
});

export const refuseCancel = defineScript(file('refuse-cancel'), {
  uses: withMail,
  keys: ['record', 'mail'],
  args: ['terminalKey', 'askers', 'escapedId', 'channel', 'keepMs', 'instance', 'frame'],
  reply: texts,
});

export const forgetCancel = defineScript(file('forget-cancel'), {
  uses: withMail,
  keys: ['record', 'mail', 'desktopMailbox'],
  args: ['desktopKey', 'desktopMember', 'escapedId'],
  reply: texts,
});

export const progress = defineScript(file('progress'), {
  uses: [RECORD_LUA],
  keys: ['record', 'desktops'],
  args: ['terminalKey', 'stage', 'group', 'channel', 'instance', 'frame'],
  reply: texts,
});

export const watch = defineScript(file('watch'), {
  keys: ['record'],
  args: ['channel', 'wanted'],
  reply: (raw) => raw === '1',
});

export const recent = defineScript(file('recent'), {
  keys: ['payments'],
  args: ['from', 'limit'],
  reply: (raw) => {
    const [now, changed] = raw as [string, string[]];
    return { now: Number(now), changed };
  },
});

export const resolve = defineScript(file('resolve'), {
  keys: ['record', 'payments'],
  args: ['version', 'expected', 'resolution', 'member', 'keepMs'],
  reply: texts,
});
