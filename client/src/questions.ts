import { Refused, TimedOut, type ConnectionEnded } from './errors.js';
import type { ClientFrame, ErrorFrame } from './frames.js';
import { isPassing } from './refusals.js';
import { Waiting, type WaitOptions } from './waiting.js';

interface Question {
  frame: ClientFrame;
  /** What its answer is about; '' for a question that is about nothing in particular. */
  transactionId: string;
  waiting: Waiting<unknown>;
}

const LIMIT_MS = 30_000;
const PAUSE_MS = 500;

/** Questions that have one answer each and may be asked again, on whatever connection. */
export class Questions {
  /** In the order in which they were asked: so they are answered, too. */
  private readonly open = new Set<Question>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** @param send does nothing without a connection */
  constructor(private readonly send: (frame: ClientFrame) => void) {}

  /**
   * Resolves with the value given to {@link answer}. Waits 30 s unless told otherwise.
   * @throws Refused, TimedOut, ConnectionEnded, or the reason of the signal
   */
  ask<T>(frame: ClientFrame, transactionId: string, wait: WaitOptions): Promise<T> {
    const waiting: Waiting<T> = new Waiting(
      { timeoutMs: LIMIT_MS, ...wait },
      () => this.open.delete(question),
      () => new TimedOut(`No answer to ${frame.action} in time`, { transactionId }),
    );
    const question: Question = { frame, transactionId, waiting: waiting as Waiting<unknown> };
    if (!wait.signal?.aborted) {
      this.open.add(question);
      this.send(frame);
    }
    return waiting.promise;
  }

  onReady(): void {
    for (const { frame } of this.open) this.send(frame);
  }

  onEnded(error: ConnectionEnded): void {
    clearTimeout(this.timer);
    this.settle([...this.open], ({ waiting, transactionId }) =>
      waiting.reject(error.about({ transactionId })),
    );
  }

  /** Answers everybody who asked this. */
  answer(action: ClientFrame['action'], transactionId: string, value: unknown): void {
    this.settle(this.about(action, transactionId), ({ waiting }) => waiting.resolve(value));
  }

  /** @param frame about a question, or about nothing that can be told */
  onRefused(frame: ErrorFrame): void {
    if (isPassing(frame) || frame.requestAction === undefined) {
      this.askAgain(frame.retryAfterMs);
      return;
    }
    const action = frame.requestAction as ClientFrame['action'];
    const refused =
      frame.transactionId === undefined
        ? [...this.open].filter((question) => question.frame.action === action).slice(0, 1)
        : this.about(action, frame.transactionId);
    this.settle(refused, ({ waiting, transactionId }) => waiting.reject(Refused.by(frame, transactionId)));
  }

  /** All of them, after a pause: which one was refused can not always be told, and to be asked twice harms none. */
  askAgain(leastMs = PAUSE_MS): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.onReady(), leastMs);
  }

  private about(action: ClientFrame['action'], transactionId: string): Question[] {
    return [...this.open].filter(
      (question) => question.frame.action === action && question.transactionId === transactionId,
    );
  }

  private settle(questions: readonly Question[], how: (question: Question) => void): void {
    for (const question of questions) {
      this.open.delete(question);
      how(question);
    }
  }
}
