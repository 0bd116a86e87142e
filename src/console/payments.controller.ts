import { Controller, Get, HttpCode, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { Acts, jsonBody } from '../edge/index.js';
import { PaymentIndex, Resolutions } from '../payments/index.js';
import { GatewayError, maskCardText, validateDto, validationFailed } from '../protocol/index.js';
import type { ConsoleRequest } from './console-request.js';
import { ConsoleGuard } from './console.guard.js';
import { PaymentsQueryDto, ResolveDto } from './dto.js';
import { cursorText, parseCursor, PaymentList } from './payment-list.js';
import { paymentDetail } from './payment-row.js';
import type { PaymentDetail, PaymentsPage } from './views.js';

const DEFAULT_LIMIT = 50;

/** Payments of all groups: looking for them, looking at one, and noting what became of it. */
@Controller('console/api/payments')
@UseGuards(ConsoleGuard)
export class PaymentsController {
  constructor(
    private readonly list: PaymentList,
    private readonly index: PaymentIndex,
    private readonly resolutions: Resolutions,
    private readonly acts: Acts,
  ) {}

  /** @throws GatewayError `VALIDATION_FAILED` */
  @Get()
  async page(@Query() query: object): Promise<PaymentsPage> {
    const { group, terminal, status, attention, transaction, before, limit } = validateDto(
      PaymentsQueryDto,
      query,
    );
    if (transaction !== undefined) {
      return { payments: await this.list.ofId(transaction, group) };
    }
    const after = before === undefined ? undefined : parseCursor(before);
    if (before !== undefined && !after) {
      throw validationFailed([{ field: 'before', message: 'before must be the next of a page' }]);
    }
    const filter = { group, terminal, status, attention: attention === '1' };
    const { payments, next } = await this.list.page(filter, Number(limit ?? DEFAULT_LIMIT), after);
    return { payments, ...(next && { next: cursorText(next) }) };
  }

  /** @throws GatewayError `TRANSACTION_NOT_FOUND` */
  @Get(':groupId/:transactionId')
  async find(
    @Param('groupId') groupId: string,
    @Param('transactionId') transactionId: string,
  ): Promise<PaymentDetail> {
    const record = await this.index.record(groupId, transactionId);
    if (!record) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    return paymentDetail(groupId, transactionId, record);
  }

  /** @throws GatewayError `VALIDATION_FAILED`, `TRANSACTION_NOT_FOUND`, `NOTHING_TO_RESOLVE`, `PAYMENT_CHANGED` */
  @Post(':groupId/:transactionId/resolution')
  @HttpCode(200)
  async resolve(
    @Req() request: ConsoleRequest,
    @Param('groupId') groupId: string,
    @Param('transactionId') transactionId: string,
  ): Promise<PaymentDetail> {
    const { outcome, note } = validateDto(ResolveDto, jsonBody(request).body);
    const said = { outcome, note: maskCardText(note), by: request.signedIn.adminId };
    await this.resolutions.resolve(groupId, transactionId, said);
    await this.acts.note(request, { action: 'payment.resolved', subject: transactionId, groupId });
    return this.find(groupId, transactionId);
  }
}
