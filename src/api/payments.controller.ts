import { Controller, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { jsonBody } from '../edge/index.js';
import {
  Payments,
  readPaymentRequest,
  Waits,
  type Caller,
  type PaymentOrder,
  type TransactionRecord,
} from '../payments/index.js';
import { GatewayError, memberTexts, validationFailed, withoutMembers } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { Endpoints } from '../webhooks/index.js';
import { Answers, type Answer } from './answers.js';
import { assertDesktop, wantedWaitMs, type ApiRequest } from './api-request.js';
import { HeldCall } from './held-call.js';
import { SignedGuard } from './signed.guard.js';

/** Payments over HTTP: the same transactions as over WebSocket, for callers that wait or have webhooks. */
@Controller('v1/terminals/:terminalId/payments')
@UseGuards(SignedGuard)
export class PaymentsController {
  constructor(
    private readonly payments: Payments,
    private readonly waits: Waits,
    private readonly endpoints: Endpoints,
    private readonly answers: Answers,
    @Inject('CONFIG') private readonly config: Config,
  ) {}

  /** Answers with the result; with `webhookMode` at once that the payment is under way. */
  @Post()
  pay(@Req() request: ApiRequest, @Param('terminalId') terminalId: string, @Res() response: Response): void {
    assertDesktop(request, 'PAY_DESKTOP_ONLY');
    const { order, webhookMode } = readOrder(request, terminalId);
    const ms = Math.min(wantedWaitMs(request) ?? this.config.paymentWaitMs, this.config.paymentWaitMs);
    this.answers.later(request, response, () =>
      webhookMode ? this.begin(request, order) : this.carryOut(request, response, order, ms),
    );
  }

  /** @throws GatewayError `NO_WEBHOOK_ENDPOINTS`, and whatever refuses a payment */
  private async begin(request: ApiRequest, order: PaymentOrder): Promise<Answer> {
    const { transactionId, hasNewId } = order;
    if (!(await this.endpoints.hasActive(request.principal.groupId))) {
      throw new GatewayError('NO_WEBHOOK_ENDPOINTS', { transactionId, retrySafe: hasNewId });
    }
    const acceptance = await this.payments.pay(callerOf(request), order, { webhooks: true });
    if (acceptance.kind === 'replayed') {
      return { text: resultText(transactionId, acceptance.push.frame) };
    }
    const timestamp = new Date().toISOString();
    return { status: 202, text: JSON.stringify({ transactionId, status: 'PENDING', timestamp }) };
  }

  /**
   * @returns the result if the payment is final already; otherwise the call is held
   * @throws GatewayError whatever refuses a payment
   */
  private async carryOut(
    request: ApiRequest,
    response: Response,
    order: PaymentOrder,
    ms: number,
  ): Promise<Answer | undefined> {
    const { transactionId } = order;
    const acceptance = await this.payments.pay(callerOf(request), order);
    if (acceptance.kind === 'replayed') {
      return { text: resultText(transactionId, acceptance.push.frame) };
    }
    new HeldPayment(this.answers, response, transactionId).hold(this.waits, request.principal.groupId, ms);
    return undefined;
  }
}

/** A call that waits for the result of its payment. */
class HeldPayment extends HeldCall {
  isEnough({ push }: TransactionRecord): boolean {
    return push !== undefined;
  }

  override failed(error: unknown): void {
    // The payment is under way, whatever the store can say of it now.
    super.failed(error instanceof StoreUnavailable ? this.timeout() : error);
  }

  protected answerWith(record: TransactionRecord | undefined): Answer {
    if (record?.push === undefined) {
      throw this.timeout();
    }
    return { text: resultText(this.transactionId, record.push) };
  }

  private timeout(): GatewayError {
    return new GatewayError('TIMEOUT', { transactionId: this.transactionId, retrySafe: false });
  }
}

function callerOf({ principal, signedAt, requestId, headers }: ApiRequest): Caller {
  const traceparent = String(headers['traceparent'] ?? '');
  return { principal, epoch: 0, isFirst: false, signedAt, requestId, traceparent };
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
