import { defineScript, texts } from '../redis/index.js';
import { DEPOSIT_LUA } from '../relay/index.js';

const file = (name: string) => new URL(`./scripts/${name}.lua`, import.meta.url);

export const accept = defineScript(file('accept'), {
  uses: [DEPOSIT_LUA],
  keys: ['record', 'terminal', 'terminalMailbox', 'desktop', 'desktopMailbox', 'mail', 'due', 'leases'],
  args: [
    'terminalKey',
    'terminalId',
    'terminalMember',
    'deviceId',
    'desktopKey',
    'desktopMember',
    'desktopEpoch',
    'fingerprint',
    'channel',
    'deliveryTimeoutMs',
    'keepMs',
    'member',
    'mailId',
    'resultMailId',
    'frame',
    'instance',
  ],
  reply: (raw) => (raw as [AcceptOutcome])[0],
});

export type AcceptOutcome =
  | 'accepted'
  | 'joined'
  | 'replayed'
  | 'duplicate'
  | 'no_terminal'
  | 'offline'
  | 'busy'
  | 'displaced'
  | 'unregistered';

export const claim = defineScript(file('claim'), {
  keys: ['record', 'terminal', 'due'],
  args: ['epoch', 'token', 'paymentTimeoutMs', 'member', 'instance'],
  reply: texts,
});

export const settle = defineScript(file('settle'), {
  uses: [DEPOSIT_LUA],
  keys: ['record', 'terminal', 'terminalMailbox', 'mail', 'due'],
  args: [
    'cause',
    'terminalKey',
    'status',
    'eventId',
    'recipients',
    'before',
    'response',
    'missing',
    'after',
    'retrySafe',
    'terminalMember',
    'member',
    'mailId',
    'resultMailId',
    'channel',
    'keepMs',
  ],
  reply: texts,
});
