import type { TerminalView } from '../../protocol/index.js';
import { listOf, object, oneOf, ref, text, type JsonSchema } from '../schema.js';

const ConnectionId = text(
  'Made by the gateway, new for each connection.',
  '0f-65cb674d-8d7e-4a63-9b0c-2f1f6c0e7a55',
);
const DeviceId = text('The stable id of the device, unique in its group.', 'TERM-001');

const VIEW = {
  connectionId: { ...ConnectionId, description: 'Only of a terminal that is `online`.' },
  terminalId: ref('TerminalId'),
  deviceId: DeviceId,
  connectedAt: ref('Timestamp', 'The last known; absent if it never was connected.'),
  lastActivity: ref('Timestamp', 'The last known; absent if it never was connected.'),
  status: ref('TerminalStatus'),
  metadata: {
    type: 'object',
    description: 'As configured with the API key.',
    examples: [{ label: 'Counter 1' }],
  },
} satisfies Record<keyof TerminalView, JsonSchema>;

const { terminalId, status, metadata, ...present } = VIEW;

/** Terminals as their desktops see them. */
export const TERMINALS = {
  Terminal: object({ terminalId, status, metadata }, present, 'One terminal of the group.'),
  TerminalList: object(
    {
      terminals: listOf(ref('Terminal')),
      count: { type: 'integer', minimum: 0, description: 'How many they are.' },
      timestamp: ref('Timestamp'),
    },
    {},
    'The terminals of the group.',
  ),
  TerminalInfo: object(
    {
      connectionId: ConnectionId,
      terminalId,
      connectedAt: ref('Timestamp'),
      lastActivity: ref('Timestamp'),
      status: oneOf(['online']),
    },
    { deviceId: DeviceId },
    'A terminal that has just connected.',
  ),
} satisfies Record<string, JsonSchema>;
