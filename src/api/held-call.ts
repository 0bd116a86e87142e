import type { Response } from 'express';
import { Wait, type TransactionRecord, type Waits } from '../payments/index.js';
import type { Answer, Answers } from './answers.js';
import type { ApiRequest } from './api-request.js';

const NOTHING = {};

/** What Express and Node keep of a request, and nobody needs once it has been read. */
interface Baggage {
  headers: object;
  rawHeaders: unknown;
  next?: unknown;
  params: unknown;
  body: unknown;
  principal: unknown;
  _parsedUrl?: unknown;
}

/**
 * A call that waits for a transaction: all that is kept of it until it is answered, beside what Node itself needs for an open
 * response. There may be thousands of them.
 */
export abstract class HeldCall extends Wait {
  constructor(
    private readonly answers: Answers,
    private readonly response: Response,
    protected readonly transactionId: string,
  ) {
    super();
  }

  /** @throws GatewayError */
  protected abstract answerWith(record: TransactionRecord | undefined): Answer;

  /** Answers now if the call does not want to wait; not at all if its caller has gone. */
  hold(waits: Waits, groupId: string, ms: number): void {
    if (this.response.closed) {
      return;
    }
    const request = this.response.req as ApiRequest;
    request.wait = this;
    this.keyId = request.principal.keyId;
    dropBaggage(request, this.response);
    waits.begin(groupId, this.transactionId, ms, this);
  }

  ended(record: TransactionRecord | undefined): void {
    try {
      this.answers.give(this.response, this.answerWith(record));
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.answers.error(this.response.req as ApiRequest, this.response, error);
  }
}

function dropBaggage(request: ApiRequest, response: Response): void {
  const baggage: Baggage = request;
  baggage.headers = NOTHING;
  baggage.principal = undefined;
  baggage.rawHeaders = baggage.next = baggage.params = baggage.body = baggage._parsedUrl = undefined;
  (response as { locals: unknown }).locals = undefined;
}
