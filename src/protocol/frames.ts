import { isUtf8 } from 'node:buffer';
import { PROTOCOL_VERSION, ServerAction, type TerminalEvent, type TerminalStatus } from './actions.js';
import { FORCE_DISCONNECT, type ForceDisconnectReason } from './close-codes.js';
import type { ErrorBody } from './errors.js';
import { GatewayError } from './errors.js';
import { isShallow } from './json-text.js';

/** Deeper frames are refused; no payment message comes near it. */
export const MAX_JSON_DEPTH = 64;

const MAX_SHOWN_ACTION_LENGTH = 64;
/** An action may be as long as a frame; of one that nobody knows no more is read than this. */
const MAX_READ_ACTION_LENGTH = 1_024;

/** One frame from a client: parsed, and as the text it came in. */
export interface ClientFrame {
  action: string;
  body: Record<string, unknown>;
  text: string;
}

/**
 * Reads a frame as far as every action needs it.
 * @throws GatewayError `INVALID_JSON` for anything but a JSON object in a text frame, `ACTION_REQUIRED`
 */
export function parseFrame(data: Buffer, isBinary: boolean): ClientFrame {
  if (isBinary) {
    throw new GatewayError('INVALID_JSON');
  }
  const { body, text } = parseBody(data);
  const { action } = body;
  if (typeof action !== 'string' || action === '') {
    throw new GatewayError('ACTION_REQUIRED');
  }
  return { action, body, text };
}

/**
 * Reads a JSON object, as it is and as the text it came in.
 * @throws GatewayError `INVALID_JSON` for anything else
 */
export function parseBody(data: Buffer): Omit<ClientFrame, 'action'> {
  if (!isUtf8(data)) {
    throw new GatewayError('INVALID_JSON');
  }
  const text = data.toString('utf8');
  return { body: parseObject(text), text };
}

function parseObject(text: string): Record<string, unknown> {
  if (!isShallow(text, MAX_JSON_DEPTH)) {
    throw new GatewayError('INVALID_JSON');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GatewayError('INVALID_JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new GatewayError('INVALID_JSON');
  }
  return value as Record<string, unknown>;
}

/** The error for an action nobody handles; shows at most 64 printable characters of it. */
export function unknownAction(action: string): GatewayError {
  const shown = action.slice(0, MAX_READ_ACTION_LENGTH).replace(/[^\x20-\x7e]/g, '');
  return new GatewayError('UNKNOWN_ACTION', {
    message: `Unknown action: ${shown.slice(0, MAX_SHOWN_ACTION_LENGTH)}`,
  });
}

export function errorFrame(body: ErrorBody): string {
  return JSON.stringify({ action: ServerAction.error, ...body });
}

export function pongFrame(): string {
  return `{"action":"${ServerAction.pong}","timestamp":"${new Date().toISOString()}"}`;
}

export function forceDisconnectFrame(reason: ForceDisconnectReason): string {
  return JSON.stringify({
    action: ServerAction.forceDisconnect,
    reason,
    message: FORCE_DISCONNECT[reason].message,
    timestamp: new Date().toISOString(),
  });
}

/** One entry of a terminal list. Entries that are not `online` have no `connectionId`. */
export interface TerminalView {
  connectionId?: string | undefined;
  terminalId: string;
  deviceId?: string | undefined;
  connectedAt?: string;
  lastActivity?: string;
  status: TerminalStatus;
  metadata: object;
}

/** A list of terminals, as JSON in bytes: it is long, and told to many. */
export interface TerminalList {
  rows: Buffer;
  count: number;
}

/** A frame of which the most part is bytes already. */
export interface LongFrame {
  head: string;
  body: Buffer;
  tail: string;
}

export function terminalsResponseFrame(list: TerminalList): LongFrame {
  const head = `{"action":"${ServerAction.terminalsResponse}","terminals":`;
  return { head, body: list.rows, tail: `${membersAfterRows(list)}}` };
}

/** The same over HTTP. */
export function terminalListText(list: TerminalList): string {
  return `{"terminals":${list.rows.toString()}${membersAfterRows(list)}}`;
}

function membersAfterRows({ count }: TerminalList): string {
  return `,"count":${count},"timestamp":"${new Date().toISOString()}"`;
}

/** Who a `terminalStatusUpdate` is about. */
export interface TerminalIdentity {
  groupId: string;
  deviceId?: string | undefined;
  connectionId: string;
}

/** What a terminal is called in everything the server sends: its device id if it has one, else its connection id. */
export function terminalIdOf(terminal: { deviceId?: string | undefined; connectionId: string }): string {
  return terminal.deviceId ?? terminal.connectionId;
}

/** @param connectedAt for `connected` only: when the connection was registered, ms since the epoch */
export function terminalStatusFrame(
  event: TerminalEvent,
  terminal: TerminalIdentity,
  connectedAt = 0,
): string {
  const { groupId, deviceId, connectionId } = terminal;
  const terminalId = terminalIdOf(terminal);
  const since = new Date(connectedAt).toISOString();
  const connected = {
    connectionId,
    terminalInfo: {
      connectionId,
      terminalId,
      deviceId,
      connectedAt: since,
      lastActivity: since,
      status: 'online' satisfies TerminalStatus,
    },
  };
  return JSON.stringify({
    action: ServerAction.terminalStatusUpdate,
    terminalId,
    status: event,
    deviceId,
    ...(event === 'connected' && connected),
    timestamp: new Date().toISOString(),
    groupId,
    version: PROTOCOL_VERSION,
  });
}

export function paymentResponseAckFrame(transactionId: string): string {
  return JSON.stringify({
    action: ServerAction.paymentResponseAck,
    transactionId,
    timestamp: new Date().toISOString(),
  });
}

/** @param transactionText the transaction as JSON text, so that its amounts stay as they are */
export function transactionResponseFrame(transactionText: string): string {
  const timestamp = new Date().toISOString();
  return `{"action":"${ServerAction.transactionResponse}","transaction":${transactionText},"timestamp":"${timestamp}"}`;
}
