import { Controller, Get, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { Cancellations, Waits, transactionText, type TransactionRecord } from '../payments/index.js';
import { GatewayError, TransactionReferenceDto, validateDto } from '../protocol/index.js';
import { Answers, type Answer } from './answers.js';
import { assertDesktop, goneSignal, sinceVersion, wantedWaitMs, type ApiRequest } from './api-request.js';
import { HeldCall } from './held-call.js';
import { SignedGuard } from './signed.guard.js';

/** Looking at transactions, and cancelling them. */
@Controller('v1/transactions/:transactionId')
@UseGuards(SignedGuard)
export class TransactionsController {
  constructor(
    private readonly waits: Waits,
    private readonly cancellations: Cancellations,
    private readonly answers: Answers,
  ) {}

  /**
   * With `wait`, the answer comes when the transaction is final, or with `sinceVersion` when it has a later version; at the
   * end of the wait it comes as it is.
   */
  @Get()
  find(
    @Req() request: ApiRequest,
    @Param('transactionId') transactionId: string,
    @Res() response: Response,
  ): void {
    assertDesktop(request);
    assertTransactionId(transactionId);
    const ms = wantedWaitMs(request) ?? 0;
    const look = new Look(this.answers, response, transactionId, sinceVersion(request));
    look.hold(this.waits, request.principal.groupId, ms);
  }

  /** Answers when the terminal has decided, or CANCEL_TIMEOUT_MS has passed. */
  @Post('cancel')
  cancel(
    @Req() request: ApiRequest,
    @Param('transactionId') transactionId: string,
    @Res() response: Response,
  ): void {
    assertDesktop(request);
    assertTransactionId(transactionId);
    const gone = goneSignal(response);
    this.answers.later(request, response, async () => {
      const status = await this.cancellations.askAndWait(request.principal, transactionId, gone);
      return { text: JSON.stringify({ transactionId, status, timestamp: new Date().toISOString() }) };
    });
  }
}

/** A look at a transaction, at once or after a change. */
class Look extends HeldCall {
  /** @param since version that the caller knows; undefined: it waits for a final state */
  constructor(
    answers: Answers,
    response: Response,
    transactionId: string,
    private readonly since: number | undefined,
  ) {
    super(answers, response, transactionId);
  }

  isEnough(record: TransactionRecord): boolean {
    return this.since === undefined ? isFinal(record) : Number(record.version) > this.since;
  }

  protected answerWith(record: TransactionRecord | undefined): Answer {
    const { transactionId } = this;
    if (!record) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    const timestamp = JSON.stringify(new Date().toISOString());
    return { text: `${transactionText(transactionId, record).slice(0, -1)},"timestamp":${timestamp}}` };
  }
}

function assertTransactionId(transactionId: string): void {
  validateDto(TransactionReferenceDto, { transactionId });
}

function isFinal({ status }: TransactionRecord): boolean {
  return status !== 'PENDING' && status !== 'AWAITING_RECONNECT';
}
