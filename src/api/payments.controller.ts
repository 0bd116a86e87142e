import { Controller, Header, HttpCode, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { Payments, readPaymentRequest, Waits, type PaymentOrder } from '../payments/index.js';
import { GatewayError, memberTexts, validationFailed, withoutMembers } from '../protocol/index.js';
import { Endpoints } from '../webhooks/index.js';
import { assertDesktop, goneSignal, jsonBody, wantedWaitMs, type ApiRequest } from './api-request.js';
import { SignedGuard } from './signed.guard.js';

/** Payments over HTTP: the same transactions as over WebSocket, for callers that wait or have webhooks. */
@Controller('v1/terminals/:terminalId/payments')
@UseGuards(SignedGuard)
export class PaymentsController {
  constructor(
    private readonly payments: Payments,
    private readonly waits: Waits,
    private readonly endpoints: Endpoints,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /**
   * @returns the result; with `webhookMode` at once that the payment is under way
   * @throws GatewayError `TIMEOUT` when the wait is over; the payment goes on
   */
  @Post()
  @HttpCode(200)
  @Header('content-type', 'application/json; charset=utf-8')
  async pay(
    @Req() request: ApiRequest,
    @Param('terminalId') terminalId: string,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    assertDesktop(request, 'PAY_DESKTOP_ONLY');
    const { order, webhookMode } = readOrder(request, terminalId);
    const ms = Math.min(wantedWaitMs(request) ?? this.config.paymentWaitMs, this.config.paymentWaitMs);
    const { groupId } = request.principal;
    if (webhookMode && !(await this.endpoints.hasActive(groupId))) {
      throw new GatewayError('NO_WEBHOOK_ENDPOINTS', {
        transactionId: order.transactionId,
        retrySafe: order.hasNewId,
      });
    }
    const { principal, signedAt } = request;
    const caller = { principal, epoch: 0, isFirst: false, signedAt };
    const acceptance = await this.payments.pay(caller, order, { webhooks: webhookMode });
    if (acceptance.kind === 'replayed') {
      return resultText(order.transactionId, acceptance.push.frame);
    }
    if (webhookMode) {
      response.status(202);
      const timestamp = new Date().toISOString();
      return JSON.stringify({ transactionId: order.transactionId, status: 'PENDING', timestamp });
    }
    return this.result(groupId, order.transactionId, ms, goneSignal(response));
  }

  private async result(
    groupId: string,
    transactionId: string,
    ms: number,
    signal: AbortSignal,
  ): Promise<string> {
    const until = ({ push }: { push?: string }) => push !== undefined;
    const record = await this.waits
      .for(groupId, transactionId, { ms, until, signal })
      .catch((error: unknown) => {
        // The payment is under way, whatever the store says now.
        throw new GatewayError('TIMEOUT', { transactionId, retrySafe: false }, { cause: error });
      });
    if (record?.push === undefined) {
      throw new GatewayError('TIMEOUT', { transactionId, retrySafe: false });
    }
    return resultText(transactionId, record.push);
  }
}

/** @throws GatewayError `INVALID_JSON`, `VALIDATION_FAILED` */
function readOrder(request: ApiRequest, terminalId: string): { order: PaymentOrder; webhookMode: boolean } {
  const { body, text } = jsonBody(request);
  const { webhookMode = false, ...paymentRequest } = body;
  if (typeof webhookMode !== 'boolean') {
    throw validationFailed([{ field: 'webhookMode', message: 'webhookMode must be a boolean value' }]);
  }
  const requestText = 'webhookMode' in body ? withoutMembers(text, ['webhookMode']) : text;
  return { order: { terminalId, ...readPaymentRequest(paymentRequest, requestText, '') }, webhookMode };
}

/** The answer for a payment that is final. @param push the `paymentComplete` frame */
function resultText(transactionId: string, push: string): string {
  const told = memberTexts(push);
  const members: [string, string | undefined][] = [
    ['transactionId', JSON.stringify(transactionId)],
    ...(['status', 'paymentResponse', 'retrySafe', 'late', 'eventId', 'transactionVersion'] as const).map(
      (name): [string, string | undefined] => [name, told.get(name)],
    ),
    ['timestamp', JSON.stringify(new Date().toISOString())],
  ];
  const present = members.filter(([, text]) => text !== undefined);
  return `{${present.map(([name, text]) => `"${name}":${text}`).join(',')}}`;
}
