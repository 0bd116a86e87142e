import { paymentIds, traceIdsOf, type Logger, type PaymentName } from '../logging/index.js';
import type { Facts, Spans } from './span.js';

/** The hops of a payment, from the till's frame to the last webhook. Each is a span, and a line of the log. */
export type StepName =
  'accept' | 'dispatch' | 'receive' | 'cancel' | 'settle' | 'late' | 'void' | 'deliver' | 'webhook';

interface Line {
  level: 'debug' | 'info' | 'warn' | 'error';
  message: string;
}

/** At `info` stands how a payment ended, and that who asked has the result; the way there is for who looks closer. */
const LINES: Record<StepName, Line> = {
  accept: { level: 'debug', message: 'payment accepted' },
  dispatch: { level: 'debug', message: 'payment handed to the terminal' },
  receive: { level: 'debug', message: 'payment read by the terminal' },
  cancel: { level: 'debug', message: 'cancellation asked for' },
  settle: { level: 'info', message: 'payment ended' },
  late: { level: 'warn', message: 'late result' },
  void: { level: 'info', message: 'payment voided' },
  deliver: { level: 'info', message: 'result delivered' },
  webhook: { level: 'info', message: 'webhook called' },
};

/** How a payment ended. */
export interface End {
  outcome: string;
  /** Why: by the terminal's word, or which deadline. */
  cause: string;
  errorCode?: string | undefined;
  terminalId: string;
  /** From accepting it to its end, ms. */
  ms: number;
  /** From handing it to the terminal to its end, ms; undefined if another instance has handed it over. */
  terminalMs?: number | undefined;
  /** The gateway gave it up: somebody should look at it. */
  isGivenUp: boolean;
}

/**
 * The way of each payment, as operators follow it: lines in the log under the same ids on every instance, and, where a
 * collector is configured, the spans of one trace. While nobody follows, a step costs a comparison.
 */
export class Trail {
  private readonly isFollowed: boolean;
  private readonly tellsEnds: boolean;

  /** @param spans undefined while no traces are wanted */
  constructor(
    private readonly logger: Logger,
    private readonly spans?: Spans,
  ) {
    this.isFollowed = spans !== undefined || logger.isLevelEnabled('debug');
    this.tellsEnds = logger.isLevelEnabled('info');
  }

  /** When a step begins, ms since the epoch; 0 while nobody follows. */
  begin(): number {
    return this.isFollowed ? preciseNow() : 0;
  }

  /** True if a step is worth the trouble of telling it. */
  wants(name: StepName): boolean {
    return this.isFollowed || (this.tellsEnds && LINES[name].level === 'info');
  }

  /**
   * A hop is over.
   * @param from when it began, ms since the epoch
   * @param line instead of the usual one
   * @param link W3C `traceparent` of the caller that led to it
   */
  step(name: StepName, of: PaymentName, from: number, facts: Facts, line = LINES[name], link?: string): void {
    const isTrouble = line.level === 'warn' || line.level === 'error';
    if (!isTrouble && !this.wants(name)) {
      return;
    }
    const to = preciseNow();
    const { traceId, rootSpanId } = traceIdsOf(of);
    const { groupId, transactionId } = of;
    const { level, message } = line;
    // Trouble is told whether or not anybody followed from the beginning.
    const ms = from > 0 ? rounded(to - from) : undefined;
    this.logger[level]({ groupId, transactionId, traceId, ms, ...facts }, message);
    if (this.spans?.keeps(traceId)) {
      const span = { traceId, parentId: rootSpanId, name, from, to, isError: isTrouble };
      this.spans.add({ ...span, facts: { groupId, ...facts }, link });
    }
  }

  /** A payment was not taken on. */
  refused(of: PaymentName, facts: Facts): void {
    this.logger.info({ ...paymentIds(of), ...facts }, 'payment refused');
  }

  /**
   * A payment is final.
   * @param from when somebody began to make it so, ms since the epoch
   */
  ended(of: PaymentName, from: number, { isGivenUp, ms, ...facts }: End): void {
    if (!isGivenUp && !this.wants('settle')) {
      return;
    }
    const { groupId, transactionId } = of;
    const { traceId, rootSpanId } = traceIdsOf(of);
    const told = { groupId, transactionId, traceId, ms, ...facts };
    if (isGivenUp) {
      this.logger.warn(told, 'payment given up');
    } else {
      this.logger.info(told, LINES.settle.message);
    }
    if (this.spans?.keeps(traceId)) {
      const to = preciseNow();
      const about = { groupId, transactionId, ...facts };
      const span = { traceId, to, isError: isGivenUp };
      this.spans.add({ ...span, parentId: rootSpanId, name: 'settle', from, facts: { groupId, ...facts } });
      this.spans.add({ ...span, spanId: rootSpanId, name: 'payment', from: to - ms, facts: about });
    }
  }
}

/** Clocks may be set, and process time drifts from them: the two are brought together so often. */
const ANCHOR_MS = 10_000;
let anchoredAt = -Infinity;
let offset = 0;

/** ms since the epoch with a fraction: hops in one data centre take less than a millisecond. */
function preciseNow(): number {
  const now = performance.now();
  if (now - anchoredAt > ANCHOR_MS) {
    anchoredAt = now;
    offset = Date.now() - now;
  }
  return now + offset;
}

function rounded(ms: number): number {
  return Math.max(0, Math.round(ms * 10) / 10);
}
