import { Controller, Inject, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { Response } from 'express';
import type { Config } from '../config/index.js';
import { jsonBody } from '../edge/index.js';
import { Payments, readPaymentRequest, Waits, type Caller, type PaymentOrder } from '../payments/index.js';
import { GatewayError, memberTexts, validationFailed, withoutMembers } from '../protocol/index.js';
import { StoreUnavailable } from '../redis/index.js';
import { Endpoints } from '../webhooks/index.js';
import { Answers, type Answer } from './answers.js';
import { assertDesktop, goneSignal, wantedWaitMs, type ApiRequest } from './api-request.js';
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
    const gone = goneSignal(response);
    this.answers.later(request, response, () =>
      webhookMode ? this.begin(request, order) : this.carryOut(request, order, ms, gone),
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

  /** @throws GatewayError `TIMEOUT` when the wait is over (the payment goes on), and whatever refuses a payment */
  private async carryOut(
    request: ApiRequest,
    order: PaymentOrder,
    ms: number,
    gone: AbortSignal,
  ): Promise<Answer> {
    const { transactionId } = order;
    const acceptance = await this.payments.pay(callerOf(request), order);
    const push =
      acceptance.kind === 'replayed'
        ? acceptance.push.frame
        : await this.result(request.principal.groupId, transactionId, ms, gone);
    return { text: resultText(transactionId, push) };
  }

  private async result(
    groupId: string,
    transactionId: string,
    ms: number,
    signal: AbortSignal,
  ): Promise<string> {
    const until = ({ push }: { push?: string }) => push !== undefined;
    const wait = this.waits.for(groupId, transactionId, { ms, until, signal });
    // The payment is under way, whatever the store can say of it now.
    const record = await wait.catch(unlessStoreIsAway);
    if (record?.push === undefined) {
      throw new GatewayError('TIMEOUT', { transactionId, retrySafe: false });
    }
    return record.push;
  }
}

function callerOf({ principal, signedAt }: ApiRequest): Caller {
  return { principal, epoch: 0, isFirst: false, signedAt };
}

function unlessStoreIsAway(error: unknown): undefined {
  if (!(error instanceof StoreUnavailable)) {
    throw error;
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
