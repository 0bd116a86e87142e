import { PROTOCOL_VERSION, ServerAction, type FinalResponseStatus } from './actions.js';

/**
 * Frames around texts that travel through unaltered. They are put together as text, because the store finishes them
 * inside its scripts: it alone knows the version that a change leads to.
 */

/** The `payment` frame for a terminal. @param requestText the `paymentRequest` with its `transactionId` */
export function paymentFrame(p: {
  terminalId: string;
  transactionId: string;
  requestText: string;
  groupId: string;
  timestamp: string;
}): string {
  return (
    `{"action":"${ServerAction.payment}","terminalId":${JSON.stringify(p.terminalId)},` +
    `"transactionId":${JSON.stringify(p.transactionId)},"paymentRequest":${p.requestText},` +
    `"timestamp":"${p.timestamp}","groupId":${JSON.stringify(p.groupId)},"version":"${PROTOCOL_VERSION}"}`
  );
}

/**
 * A `paymentComplete` frame in two halves: between them goes the finished `paymentResponse`, after them
 * `"transactionVersion":N}`.
 */
export function paymentCompleteHalves(p: {
  transactionId: string;
  terminalId: string;
  status: FinalResponseStatus;
  groupId: string;
  eventId: string;
  timestamp: string;
  retrySafe?: boolean | undefined;
}): [string, string] {
  const before =
    `{"action":"${ServerAction.paymentComplete}","transactionId":${JSON.stringify(p.transactionId)},` +
    `"terminalId":${JSON.stringify(p.terminalId)},"status":"${p.status}","paymentResponse":`;
  const retrySafe = p.retrySafe === undefined ? '' : `"retrySafe":${p.retrySafe},`;
  const after =
    `,${retrySafe}"eventId":"${p.eventId}","timestamp":"${p.timestamp}",` +
    `"groupId":${JSON.stringify(p.groupId)},"version":"${PROTOCOL_VERSION}","transactionVersion":`;
  return [before, after];
}

/** The same push, marked as a redelivery after its receiver was away. */
export function asRecovered(frame: string): string {
  return `${frame.slice(0, -1)},"recovered":true}`;
}
