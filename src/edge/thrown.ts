import type { Logger } from '../logging/index.js';
import { GatewayError } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';

/**
 * The one translation of whatever was thrown into what a client is told. Only what is not in the catalogue is logged as a
 * fault, with its cause; the client sees `INTERNAL_ERROR`.
 * @param context for the log line, such as the correlation id
 */
export function toGatewayError(error: unknown, logger: Logger, context: object): GatewayError {
  if (error instanceof GatewayError) {
    return error;
  }
  if (error instanceof StoreUnavailable) {
    return new GatewayError('STORE_UNAVAILABLE', { retrySafe: true }, { cause: error });
  }
  logger.error({ err: error, ...context }, 'message could not be processed');
  return new GatewayError('INTERNAL_ERROR', {}, { cause: error });
}
