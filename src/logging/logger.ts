import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger, type LoggerOptions } from 'pino';
import { GatheredLines } from './gathered-lines.js';
import { redactFields, redactText } from './redaction.js';

export type { Logger };

/** Every line passes through here: its fields, its message and its errors are written without secrets and card data. */
const DEFENCE: LoggerOptions = {
  serializers: { err: describeError },
  formatters: { log: redactFields },
  hooks: {
    logMethod(args: unknown[], method) {
      // An error alone would become the message as it is.
      const told = args.length === 1 && args[0] instanceof Error ? [args[0], args[0].message] : args;
      const safe = told.map((arg: unknown) => (typeof arg === 'string' ? redactText(arg) : arg));
      method.apply(this, safe as Parameters<typeof method>);
    },
  },
};

/**
 * The process's logger: JSON lines, each with the instance that wrote it.
 * @param stream standard output unless told
 */
export function createLogger(level: string, instanceId: string, stream?: DestinationStream): Logger {
  const options = { level, base: { instance: instanceId }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino({ ...options, ...DEFENCE }, stream ?? new GatheredLines(pino.destination({ sync: true })));
}

interface ErrorDescription {
  type: string;
  message: string;
  stack?: string | undefined;
  cause?: ErrorDescription;
}

/** Causes of causes that are told. */
const MOST_CAUSES = 5;

/**
 * What a log says of an error: its kind, message, stack and cause, and no other property. The store's client hangs the whole
 * command onto its errors, and with it whatever a payment contains.
 */
export function describeError(error: unknown, causes = MOST_CAUSES): ErrorDescription {
  if (!(error instanceof Error)) {
    return { type: typeof error, message: redactText(String(error)) };
  }
  const { name, message, stack, cause } = error;
  return {
    type: name,
    message: redactText(message),
    stack: stack && redactText(stack),
    ...(cause !== undefined && causes > 0 && { cause: describeError(cause, causes - 1) }),
  };
}

/** The same for a person who looks at a terminal: the stacks of an error and of its causes. */
export function errorText(error: unknown): string {
  const { message, stack = message, cause } = describeError(error);
  return cause === undefined ? stack : `${stack}\n  cause: ${cause.stack ?? cause.message}`;
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
