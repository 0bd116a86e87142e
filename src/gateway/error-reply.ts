import { errorFrame, type ErrorExtras, type GatewayError } from '../protocol/index.js';

/** The error frame for a thrown error. @param context `requestAction` and `transactionId`, as far as they are known */
export function errorReply(error: GatewayError, context: ErrorExtras): string {
  return errorFrame(error.toBody(context));
}
