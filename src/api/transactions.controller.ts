import { Controller, Get, Header, HttpCode, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import { Cancellations, Waits, transactionText, type TransactionRecord } from '../payments/index.js';
import { GatewayError, TransactionReferenceDto, validateDto } from '../protocol/index.js';
import { assertDesktop, goneSignal, sinceVersion, wantedWaitMs, type ApiRequest } from './api-request.js';
import { SignedGuard } from './signed.guard.js';

/** Looking at transactions, and cancelling them. */
@Controller('v1/transactions/:transactionId')
@UseGuards(SignedGuard)
export class TransactionsController {
  constructor(
    private readonly waits: Waits,
    private readonly cancellations: Cancellations,
  ) {}

  /**
   * With `wait`, the answer comes when the transaction is final, or with `sinceVersion` when it has a later version; at the
   * end of the wait it comes as it is.
   * @throws GatewayError `TRANSACTION_NOT_FOUND`
   */
  @Get()
  @Header('content-type', 'application/json; charset=utf-8')
  async find(
    @Req() request: ApiRequest,
    @Param('transactionId') transactionId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    assertDesktop(request);
    assertTransactionId(transactionId);
    const since = sinceVersion(request);
    const record = await this.waits.for(request.principal.groupId, transactionId, {
      ms: wantedWaitMs(request) ?? 0,
      until: since === undefined ? isFinal : ({ version }) => Number(version) > since,
      signal: goneSignal(response),
    });
    if (!record) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    const timestamp = JSON.stringify(new Date().toISOString());
    return `${transactionText(transactionId, record).slice(0, -1)},"timestamp":${timestamp}}`;
  }

  /** @throws GatewayError `TRANSACTION_NOT_FOUND` */
  @Post('cancel')
  @HttpCode(200)
  async cancel(
    @Req() request: ApiRequest,
    @Param('transactionId') transactionId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<object> {
    assertDesktop(request);
    assertTransactionId(transactionId);
    const status = await this.cancellations.askAndWait(
      request.principal,
      transactionId,
      goneSignal(response),
    );
    return { transactionId, status, timestamp: new Date().toISOString() };
  }
}

function assertTransactionId(transactionId: string): void {
  validateDto(TransactionReferenceDto, { transactionId });
}

function isFinal({ status }: TransactionRecord): boolean {
  return status !== 'PENDING' && status !== 'AWAITING_RECONNECT';
}
