import { Catch, Inject, type ArgumentsHost, type WsExceptionFilter } from '@nestjs/common';
import { toGatewayError } from '../edge/index.js';
import type { Logger } from '../logging/index.js';
import type { ClientFrame } from '../protocol/index.js';
import { errorReply } from './error-reply.js';
import type { GatewaySocket } from './gateway-socket.js';

/** Answers whatever a handler throws with one error frame; the connection stays open. */
@Catch()
export class GatewayExceptionFilter implements WsExceptionFilter {
  constructor(@Inject('LOGGER') private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { session } = host.switchToWs().getClient<GatewaySocket>();
    const frame = host.switchToWs().getData<ClientFrame>();
    const { connectionId, principal } = session;
    const known = toGatewayError(error, this.logger, {
      connectionId,
      keyId: principal.keyId,
      action: frame.action,
    });
    session.send(errorReply(known, { requestAction: frame.action }));
  }
}
