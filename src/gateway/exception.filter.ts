import { Catch, Inject, type ArgumentsHost, type WsExceptionFilter } from '@nestjs/common';
import { toGatewayError } from '../edge/index.js';
import { paymentIds, type Logger, type PaymentIds } from '../logging/index.js';
import { GatewayError, type ClientFrame } from '../protocol/index.js';
import { errorReply } from './error-reply.js';
import type { Desk } from './desks.js';

/** Answers whatever a handler throws with one error frame; the connection stays open. */
@Catch()
export class GatewayExceptionFilter implements WsExceptionFilter {
  constructor(@Inject('LOGGER') private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { session } = host.switchToWs().getClient<Desk>();
    const frame = host.switchToWs().getData<ClientFrame>();
    const { connectionId, principal } = session;
    const { action, body } = frame;
    const known =
      error instanceof GatewayError
        ? error
        : toGatewayError(error, this.logger, {
            connectionId,
            keyId: principal.keyId,
            action,
            ...paymentIn(principal.groupId, body),
          });
    session.send(errorReply(known, { requestAction: action }));
  }
}

/** The payment that a frame is about; undefined if it names none. */
function paymentIn(groupId: string, body: Record<string, unknown>): PaymentIds | undefined {
  const parts = [body, body['paymentRequest'], body['paymentResponse']] as ({
    transactionId?: unknown;
  } | null)[];
  const transactionId = parts.map((part) => part?.transactionId).find((id) => typeof id === 'string');
  return transactionId === undefined ? undefined : paymentIds({ groupId, transactionId });
}
