import { UseFilters, UseGuards } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import type { Session } from '../connections/index.js';
import {
  Cancellations,
  Interruptions,
  LateResults,
  NotRegistered,
  Outcomes,
  Payments,
  readPaymentOrder,
  readTerminalAnswer,
  Stages,
  type PaymentOrder,
} from '../payments/index.js';
import {
  AckDto,
  CancelResponseDto,
  ClientAction,
  GatewayError,
  GetTerminalsDto,
  PaymentProgressDto,
  paymentResponseAckFrame,
  PROGRESS_EXTENSION,
  terminalsResponseFrame,
  TransactionReferenceDto,
  transactionResponseFrame,
  validateDto,
  VoidResponseDto,
  WEBSOCKET_PATH,
  type ClientFrame,
} from '../protocol/index.js';
import { Relay } from '../relay/index.js';
import { TerminalDirectory } from '../terminals/index.js';
import { Attendance } from './attendance.js';
import { DeviceTypeGuard } from './device-type.guard.js';
import { GatewayExceptionFilter } from './exception.filter.js';
import type { Desk } from './desks.js';

const DesktopOnly = () => UseGuards(new DeviceTypeGuard('desktop', 'DESKTOP_ONLY'));
const TerminalOnly = () => UseGuards(new DeviceTypeGuard('terminal', 'TERMINAL_ONLY'));

/**
 * The actions of the WebSocket API, but for `ping`, which the adapter answers. Each handler gets one frame at a time per client; the text it returns is the reply, and
 * whatever it throws becomes one error frame.
 */
@WebSocketGateway({ path: WEBSOCKET_PATH })
@UseFilters(GatewayExceptionFilter)
export class TerminalGateway {
  constructor(
    private readonly attendance: Attendance,
    private readonly directory: TerminalDirectory,
    private readonly payments: Payments,
    private readonly outcomes: Outcomes,
    private readonly cancellations: Cancellations,
    private readonly interruptions: Interruptions,
    private readonly lateResults: LateResults,
    private readonly stages: Stages,
    private readonly relay: Relay,
  ) {}

  @SubscribeMessage(ClientAction.getTerminals)
  @UseGuards(new DeviceTypeGuard('desktop', 'LIST_DESKTOP_ONLY'))
  async getTerminals({ session }: Desk, frame: ClientFrame): Promise<void> {
    const { includeOffline } = validateDto(GetTerminalsDto, frame.body);
    const list = await this.directory.list(session.principal.groupId, includeOffline);
    session.sendLong(terminalsResponseFrame(list));
  }

  @SubscribeMessage(ClientAction.payment)
  @UseGuards(new DeviceTypeGuard('desktop', 'PAY_DESKTOP_ONLY'))
  async payment({ session }: Desk, frame: ClientFrame): Promise<void> {
    await this.pay(session, readPaymentOrder(frame));
  }

  /** The answer follows when it is known: other frames of the till must not wait for it. */
  @SubscribeMessage(ClientAction.cancelPayment)
  @DesktopOnly()
  async cancelPayment({ session }: Desk, frame: ClientFrame): Promise<void> {
    const { transactionId } = validateDto(TransactionReferenceDto, frame.body);
    await this.cancellations.request(session, transactionId);
  }

  @SubscribeMessage(ClientAction.ack)
  @DesktopOnly()
  async ack({ session }: Desk, frame: ClientFrame): Promise<void> {
    await this.relay.acknowledge(session, validateDto(AckDto, frame.body).eventId);
  }

  @SubscribeMessage(ClientAction.getTransaction)
  @DesktopOnly()
  async getTransaction({ session }: Desk, frame: ClientFrame): Promise<string> {
    const { transactionId } = validateDto(TransactionReferenceDto, frame.body);
    const transaction = await this.payments.find(session.principal.groupId, transactionId);
    if (transaction === undefined) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    return transactionResponseFrame(transaction);
  }

  @SubscribeMessage(ClientAction.paymentResponse)
  @TerminalOnly()
  async paymentResponse({ session }: Desk, frame: ClientFrame): Promise<string> {
    const answer = readTerminalAnswer(frame);
    await this.outcomes.answer(session, answer);
    return paymentResponseAckFrame(answer.transactionId);
  }

  @SubscribeMessage(ClientAction.paymentComplete)
  @TerminalOnly()
  paymentComplete(client: Desk, frame: ClientFrame): Promise<string> {
    return this.paymentResponse(client, frame);
  }

  @SubscribeMessage(ClientAction.paymentProgress)
  @TerminalOnly()
  async paymentProgress({ session }: Desk, frame: ClientFrame): Promise<void> {
    await this.stages.fromTerminal(session, validateDto(PaymentProgressDto, frame.body));
  }

  @SubscribeMessage(ClientAction.paymentUnknown)
  @TerminalOnly()
  async paymentUnknown({ session }: Desk, frame: ClientFrame): Promise<void> {
    const { transactionId } = validateDto(TransactionReferenceDto, frame.body);
    await this.interruptions.onUnknown(session, transactionId);
  }

  @SubscribeMessage(ClientAction.voidResponse)
  @TerminalOnly()
  async voidResponse({ session }: Desk, frame: ClientFrame): Promise<void> {
    await this.lateResults.onVoidResponse(session, validateDto(VoidResponseDto, frame.body));
  }

  @SubscribeMessage(ClientAction.cancelResponse)
  @TerminalOnly()
  async cancelResponse({ session }: Desk, frame: ClientFrame): Promise<void> {
    await this.cancellations.onCancelResponse(session, validateDto(CancelResponseDto, frame.body));
  }

  private async pay(session: Session, order: PaymentOrder): Promise<void> {
    const showStages = session.extensions.has(PROGRESS_EXTENSION);
    const acceptance = await this.registered(session, order, () =>
      this.payments.pay(session, order, { showStages }),
    );
    if (acceptance?.kind === 'replayed') {
      await this.relay.sendNow(session, acceptance.push);
    } else if (acceptance?.kind === 'accepted' && showStages) {
      this.stages.showAccepted(session, order);
    }
  }

  /**
   * Work of a registered desktop. A registration that was lost is restored before anything is said about the payment.
   * @returns undefined if a newer connection has taken over, which then ends this one
   */
  private async registered<T>(
    session: Session,
    order: PaymentOrder,
    work: () => Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof NotRegistered)) {
        throw error;
      }
      if (error.displaced) {
        this.attendance.displace(session);
        return undefined;
      }
      if (!(await this.attendance.restore(session))) {
        throw new GatewayError('CONNECTION_NOT_FOUND', {
          transactionId: order.transactionId,
          retrySafe: true,
        });
      }
      return work();
    }
  }
}
