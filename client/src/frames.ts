import type {
  CancelOutcome,
  Delivery,
  FinalResponseStatus,
  PROTOCOL_VERSION,
  TerminalEvent,
  TransactionStatus,
  VOID_REASON,
} from '../../src/protocol/actions.js';
import type { ForceDisconnectReason } from '../../src/protocol/close-codes.js';
import type { PaymentRequestDto } from '../../src/protocol/dto/payment-request.dto.js';
import type { PaymentResponseDto } from '../../src/protocol/dto/payment-response.dto.js';
import type {
  AckDto,
  CancelResponseDto,
  GetTerminalsDto,
  PaymentProgressDto,
  TransactionReferenceDto,
  VoidResponseDto,
} from '../../src/protocol/dto/requests.dto.js';
import type { ErrorBody } from '../../src/protocol/errors.js';
import type { TerminalView } from '../../src/protocol/frames.js';
import type { ExactNumber } from '../../src/protocol/json-text.js';

/** The members of a frame as JSON has them; the gateway reads numbers without rounding, JavaScript can not. */
type Json<T> = { [K in keyof T]: T[K] extends infer V ? (V extends ExactNumber ? number : V) : never };

/** What is to be paid. Give `amount` as a string. Members that are not named here are passed through. */
export type PaymentRequest = Json<PaymentRequestDto> & Record<string, unknown>;
/** A request as the terminal gets it. */
export type AcceptedPaymentRequest = PaymentRequest & { transactionId: string };
/** What a terminal says of a payment. Members that are not named here are passed through. */
export type PaymentResponse = Json<PaymentResponseDto> & Record<string, unknown>;
/** A response as the gateway has stored it, with what the terminal left out filled from the request. */
export type StoredResponse = PaymentResponse &
  Required<Pick<PaymentResponse, 'transactionId' | 'status' | 'amount' | 'currency' | 'paymentMethod'>>;

/** One terminal of the group. */
export type TerminalEntry = Json<TerminalView>;

/** The record of a payment. */
export interface Transaction {
  transactionId: string;
  status: TransactionStatus;
  terminalId: string;
  terminalDeviceId?: string;
  request: AcceptedPaymentRequest;
  response?: StoredResponse;
  createdAt: string;
  updatedAt: string;
  completedAt?: string;
  /** Grows with every change. */
  version: number;
  delivery: Delivery;
  retrySafe?: boolean;
  /** What the terminal said after the payment was given up. */
  lateResponse?: StoredResponse;
  /** A void was asked of the terminal and is not confirmed yet. */
  voidPending?: true;
  voidRefusal?: { errorCode?: string; errorMessage?: string };
  voidedAt?: string;
  voidReason?: typeof VOID_REASON;
  /** Answers of the terminal that contradicted the final one. */
  conflicts?: StoredResponse[];
  timeline: { event: string; at: string; instance: string }[];
}

interface Stamped {
  timestamp: string;
}

/** What every frame about something of the group carries. */
interface OfGroup extends Stamped {
  groupId: string;
  version: typeof PROTOCOL_VERSION;
}

interface OfPayment extends OfGroup {
  transactionId: string;
  terminalId: string;
}

interface Push {
  /** The same on every redelivery. */
  eventId: string;
  transactionVersion: number;
  recovered?: true;
}

export interface ErrorFrame extends ErrorBody {
  action: 'error';
}

/** A frame of the gateway without its `action`, by that action. */
export interface ServerFrames {
  error: ErrorBody;
  pong: Stamped;
  forceDisconnect: Stamped & { reason: ForceDisconnectReason; message: string };
  terminalsResponse: Stamped & { terminals: TerminalEntry[]; count: number };
  terminalStatusUpdate: OfGroup & {
    terminalId: string;
    status: TerminalEvent;
    connectionId?: string;
    deviceId?: string;
    terminalInfo?: {
      connectionId: string;
      terminalId: string;
      deviceId?: string;
      connectedAt: string;
      lastActivity: string;
      status: 'online';
    };
  };
  paymentComplete: OfPayment &
    Push & {
      status: FinalResponseStatus;
      paymentResponse: StoredResponse;
      retrySafe?: boolean;
      late?: true;
    };
  paymentVoided: OfPayment &
    Push & {
      deviceId?: string;
      voidReason: typeof VOID_REASON;
      voidedAt: string;
      paymentResponse?: StoredResponse;
    };
  paymentStatus: OfPayment & { stage: string; message?: string; transactionVersion: number };
  transactionResponse: Stamped & { transaction: Transaction };
  cancelResponse: Stamped & { transactionId: string; status: CancelOutcome };
  payment: OfPayment & { paymentRequest: AcceptedPaymentRequest };
  paymentResponseAck: Stamped & { transactionId: string };
  paymentInquiry: OfPayment;
  cancelPayment: OfPayment;
  voidPayment: OfPayment & { reason: typeof VOID_REASON; paymentResponse: StoredResponse };
}

type WithAction<Frames> = { [A in keyof Frames]: { action: A } & Frames[A] };

/** Any frame of the gateway. */
export type ServerFrame = WithAction<ServerFrames>[keyof ServerFrames];

/** A frame that this package sends without its `action`, by that action. */
export interface ClientFrames {
  ping: object;
  getTerminals: Json<GetTerminalsDto>;
  payment: { terminalId: string; paymentRequest: PaymentRequest };
  getTransaction: Json<TransactionReferenceDto>;
  cancelPayment: Json<TransactionReferenceDto>;
  ack: Json<AckDto>;
  paymentResponse: { transactionId?: string; paymentResponse: PaymentResponse };
  paymentProgress: Json<PaymentProgressDto>;
  paymentUnknown: Json<TransactionReferenceDto>;
  voidResponse: Json<VoidResponseDto>;
  cancelResponse: Json<CancelResponseDto>;
}

export type ClientFrame = WithAction<ClientFrames>[keyof ClientFrames];
