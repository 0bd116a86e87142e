import {
  PROTOCOL_VERSION,
  ServerAction,
  VOID_REASON,
  type CancelOutcome,
  type FinalResponseStatus,
} from './actions.js';

/**
 * Frames around texts that travel through unaltered. They are put together as text, because the store finishes them
 * inside its scripts: it alone knows the version that a change leads to.
 */

/** The `payment` frame for a terminal. @param order its `requestText` is the `paymentRequest` with its `transactionId` */
export function paymentFrame(
  order: { terminalId: string; transactionId: string; requestText: string },
  { groupId, timestamp }: { groupId: string; timestamp: string },
): string {
  return (
    `{"action":"${ServerAction.payment}","terminalId":${JSON.stringify(order.terminalId)},` +
    `"transactionId":${JSON.stringify(order.transactionId)},"paymentRequest":${order.requestText},` +
    `"timestamp":"${timestamp}","groupId":${JSON.stringify(groupId)},"version":"${PROTOCOL_VERSION}"}`
  );
}

/**
 * A `paymentComplete` frame in two halves: between them goes the finished `paymentResponse`, after them
 * `"transactionVersion":N}`.
 */
export function paymentCompleteHalves(
  { transactionId, terminalId, groupId }: PaymentReference,
  outcome: {
    status: FinalResponseStatus;
    eventId: string;
    timestamp: string;
    retrySafe?: boolean | undefined;
    /** It corrects an outcome that was told before. */
    late?: boolean;
  },
): [string, string] {
  const before =
    `{"action":"${ServerAction.paymentComplete}","transactionId":${JSON.stringify(transactionId)},` +
    `"terminalId":${JSON.stringify(terminalId)},"status":"${outcome.status}","paymentResponse":`;
  const retrySafe = outcome.retrySafe === undefined ? '' : `"retrySafe":${outcome.retrySafe},`;
  const after =
    `,${retrySafe}${outcome.late ? '"late":true,' : ''}"eventId":"${outcome.eventId}",` +
    `"timestamp":"${outcome.timestamp}","groupId":${JSON.stringify(groupId)},` +
    `"version":"${PROTOCOL_VERSION}","transactionVersion":`;
  return [before, after];
}

/** The same push, marked as a redelivery after its receiver was away. */
export function asRecovered(frame: string): string {
  return `${frame.slice(0, -1)},"recovered":true}`;
}

/** What all frames about one payment of one terminal have in common. */
interface PaymentReference {
  transactionId: string;
  /** Towards clients: device id or connection id. */
  terminalId: string;
  groupId: string;
}

/** Asks a terminal that is back what became of an open payment. */
export function paymentInquiryFrame(payment: PaymentReference): string {
  return referenceFrame(ServerAction.paymentInquiry, payment);
}

/** Asks a terminal to cancel a payment. */
export function cancelPaymentFrame(payment: PaymentReference): string {
  return referenceFrame(ServerAction.cancelPayment, payment);
}

function referenceFrame(action: string, { transactionId, terminalId, groupId }: PaymentReference): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ action, transactionId, terminalId, timestamp, groupId, version: PROTOCOL_VERSION });
}

/** Tells a POS what became of its request to cancel. */
export function cancelResponseFrame(transactionId: string, status: CancelOutcome): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ action: ServerAction.cancelResponse, transactionId, status, timestamp });
}

/** A `voidPayment` frame in two halves; between them goes the late `paymentResponse`. */
export function voidPaymentHalves({
  transactionId,
  terminalId,
  groupId,
}: PaymentReference): [string, string] {
  const action = ServerAction.voidPayment;
  return aroundResponse(
    { action, transactionId, terminalId, reason: VOID_REASON },
    { timestamp: new Date().toISOString(), groupId, version: PROTOCOL_VERSION },
  );
}

/** A `paymentVoided` frame in two halves; between them goes the late `paymentResponse`, after them `N}`, the version. */
export function paymentVoidedHalves(
  { transactionId, terminalId, groupId }: PaymentReference,
  deviceId: string | undefined,
  eventId: string,
): [string, string] {
  const timestamp = new Date().toISOString();
  const action = ServerAction.paymentVoided;
  const [before, after] = aroundResponse(
    { action, transactionId, terminalId, deviceId, voidReason: VOID_REASON, voidedAt: timestamp },
    { eventId, timestamp, groupId, version: PROTOCOL_VERSION },
  );
  return [before, `${after.slice(0, -1)},"transactionVersion":`];
}

/** A `paymentStatus` frame without its end, to which the store adds the version and a closing brace. */
export function paymentStatusStart(payment: PaymentReference, stage: string, message?: string): string {
  const { transactionId, terminalId, groupId } = payment;
  const frame = JSON.stringify({
    action: ServerAction.paymentStatus,
    transactionId,
    terminalId,
    stage,
    message,
    timestamp: new Date().toISOString(),
    groupId,
    version: PROTOCOL_VERSION,
  });
  return `${frame.slice(0, -1)},"transactionVersion":`;
}

function aroundResponse(head: object, tail: object): [string, string] {
  return [`${JSON.stringify(head).slice(0, -1)},"paymentResponse":`, `,${JSON.stringify(tail).slice(1)}`];
}
