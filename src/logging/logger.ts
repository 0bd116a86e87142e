import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';

export type { Logger };

/** The process's logger: JSON lines on standard output, each with the instance that wrote it. */
export function createLogger(level: string, instanceId: string): Logger {
  return pino({
    level,
    base: { instance: instanceId },
    timestamp: pino.stdTimeFunctions.isoTime,
    serializers: { err: describeError },
  });
}

interface ErrorDescription {
  type: string;
  message: string;
  stack?: string | undefined;
  cause?: ErrorDescription;
}

/**
 * What a log says of an error: its kind, message, stack and cause, and no other property. The store's client hangs the whole
 * command onto its errors, and with it whatever a payment contains.
 */
export function describeError(error: unknown): ErrorDescription {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: String(error) };
  }
  const { name, message, stack, cause } = error;
  return { type: name, message, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}

/** What the framework itself says, in the same log. Its start-up chatter is debug; its warnings and errors stay. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, context?: string): void {
    this.logger.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    this.logger.warn({ context }, String(message));
  }

  error(message: unknown, ...rest: unknown[]): void {
    const error = message instanceof Error ? message : undefined;
    this.logger.error({ err: error, context: rest.at(-1) }, error ? error.message : String(message));
  }
}
