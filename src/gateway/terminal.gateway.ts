import { UseFilters, UseGuards } from '@nestjs/common';
import {
  SubscribeMessage,
  WebSocketGateway,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
} from '@nestjs/websockets';
import type { Session } from '../connections/index.js';
import {
  NotRegistered,
  Outcomes,
  Payments,
  readPaymentOrder,
  readTerminalAnswer,
  type PaymentOrder,
} from '../payments/index.js';
import {
  ClientAction,
  GatewayError,
  GetTerminalsDto,
  paymentResponseAckFrame,
  pongFrame,
  terminalsResponseFrame,
  TransactionReferenceDto,
  transactionResponseFrame,
  validateDto,
  WEBSOCKET_PATH,
  type ClientFrame,
} from '../protocol/index.js';
import { TerminalDirectory } from '../terminals/index.js';
import { Attendance } from './attendance.js';
import { DeviceTypeGuard } from './device-type.guard.js';
import { GatewayExceptionFilter } from './exception.filter.js';
import type { GatewaySocket } from './gateway-socket.js';

const TerminalOnly = () => UseGuards(new DeviceTypeGuard('terminal', 'TERMINAL_ONLY'));

/**
 * The actions of the WebSocket API. Each handler gets one frame at a time per client; the text it returns is the reply, and
 * whatever it throws becomes one error frame.
 */
@WebSocketGateway({ path: WEBSOCKET_PATH })
@UseFilters(GatewayExceptionFilter)
export class TerminalGateway
  implements OnGatewayConnection<GatewaySocket>, OnGatewayDisconnect<GatewaySocket>
{
  constructor(
    private readonly attendance: Attendance,
    private readonly directory: TerminalDirectory,
    private readonly payments: Payments,
    private readonly outcomes: Outcomes,
  ) {}

  handleConnection({ session }: GatewaySocket): void {
    void this.attendance.arrive(session);
  }

  handleDisconnect({ session }: GatewaySocket): void {
    this.attendance.depart(session);
  }

  @SubscribeMessage(ClientAction.ping)
  ping(): string {
    return pongFrame();
  }

  @SubscribeMessage(ClientAction.getTerminals)
  @UseGuards(new DeviceTypeGuard('desktop', 'LIST_DESKTOP_ONLY'))
  async getTerminals({ session }: GatewaySocket, frame: ClientFrame): Promise<string> {
    const { includeOffline } = validateDto(GetTerminalsDto, frame.body);
    return terminalsResponseFrame(await this.directory.list(session.principal.groupId, includeOffline));
  }

  @SubscribeMessage(ClientAction.payment)
  @UseGuards(new DeviceTypeGuard('desktop', 'PAY_DESKTOP_ONLY'))
  async payment({ session }: GatewaySocket, frame: ClientFrame): Promise<void> {
    await this.pay(session, readPaymentOrder(frame));
  }

  @SubscribeMessage(ClientAction.getTransaction)
  @UseGuards(new DeviceTypeGuard('desktop', 'DESKTOP_ONLY'))
  async getTransaction({ session }: GatewaySocket, frame: ClientFrame): Promise<string> {
    const { transactionId } = validateDto(TransactionReferenceDto, frame.body);
    const transaction = await this.payments.find(session.principal.groupId, transactionId);
    if (transaction === undefined) {
      throw new GatewayError('TRANSACTION_NOT_FOUND', { transactionId });
    }
    return transactionResponseFrame(transaction);
  }

  @SubscribeMessage(ClientAction.paymentResponse)
  @TerminalOnly()
  async paymentResponse({ session }: GatewaySocket, frame: ClientFrame): Promise<string> {
    const answer = readTerminalAnswer(frame);
    await this.outcomes.answer(session, session.connectionId, answer);
    return paymentResponseAckFrame(answer.transactionId);
  }

  @SubscribeMessage(ClientAction.paymentComplete)
  @TerminalOnly()
  paymentComplete(client: GatewaySocket, frame: ClientFrame): Promise<string> {
    return this.paymentResponse(client, frame);
  }

  /** A registration that was lost is restored before anything is said about the payment. */
  private async pay(session: Session, order: PaymentOrder): Promise<void> {
    try {
      await this.payments.pay(session, order);
    } catch (error) {
      if (!(error instanceof NotRegistered)) {
        throw error;
      }
      if (error.displaced) {
        this.attendance.displace(session);
        return;
      }
      if (!(await this.attendance.restore(session))) {
        throw new GatewayError('CONNECTION_NOT_FOUND', {
          transactionId: order.transactionId,
          retrySafe: true,
        });
      }
      await this.payments.pay(session, order);
    }
  }
}
