import { ClientAction, ServerAction, type TransactionStatus } from '../api/contract.js';
import type { FrameEntry } from './frame-entry.js';

/** The hops of a payment as the two devices see them, in the order in which they usually come. */
export const STEPS = ['asked', 'accepted', 'sent', 'received', 'result', 'pushed'] as const;
export type Step = (typeof STEPS)[number];

/** How a payment stands, in the words of the contract; `REFUSED` when the gateway did not take it on. */
export type LifeStatus = TransactionStatus | 'REFUSED';

/** Something beside the usual way: a lost connection, an inquiry, a void. */
export interface Incident {
  at: number;
  text: string;
}

/** The life of one payment of the playground, as far as frames have shown it. */
export interface Life {
  transactionId: string;
  amount: string;
  currency: string;
  /** When each step was first known to be done, ms since the epoch. */
  steps: Partial<Record<Step, number>>;
  status: LifeStatus;
  /** How often the same request was sent. */
  asks: number;
  /** How often the terminal was given it; more than once only after it said that it never had it. */
  handOvers: number;
  incidents: readonly Incident[];
  /** What the result says beside its status, such as an authorization code. */
  detail?: string;
}

export type Side = 'till' | 'terminal';

const OPEN: readonly LifeStatus[] = ['PENDING', 'AWAITING_RECONNECT'];

export function isOpen({ status }: Life): boolean {
  return OPEN.includes(status);
}

/** The life after one more frame. A payment with a new id begins a new life. */
export function follow(life: Life | undefined, side: Side, entry: FrameEntry): Life | undefined {
  if (entry.direction === 'out') return followSent(life, side, entry);
  if (entry.direction === 'in' && life) return followReceived(life, side, entry);
  return life;
}

function followSent(life: Life | undefined, side: Side, { action, body, at }: FrameEntry): Life | undefined {
  if (side === 'till' && action === ClientAction.payment) return asked(life, body!, at);
  if (!life || idOf(body) !== life.transactionId) return life;
  if (action === ClientAction.paymentResponse) return reached(life, 'result', at);
  if (action === ClientAction.cancelPayment) return noted(life, at, 'the till asks to cancel');
  if (action === ClientAction.voidResponse) {
    return noted(life, at, `the terminal answers the void: ${textOf(body, 'status')}`);
  }
  return life;
}

function asked(life: Life | undefined, body: Record<string, unknown>, at: number): Life | undefined {
  const request = (body['paymentRequest'] ?? {}) as Record<string, unknown>;
  const transactionId = textOf(request, 'transactionId');
  if (transactionId === '') return life;
  if (life?.transactionId === transactionId) {
    return noted({ ...life, asks: life.asks + 1 }, at, 'the till sends the same request again');
  }
  const amount = textOf(request, 'amount');
  const currency = textOf(request, 'currency');
  return {
    transactionId,
    amount,
    currency,
    steps: { asked: at },
    status: 'PENDING',
    asks: 1,
    handOvers: 0,
    incidents: [],
  };
}

function followReceived(life: Life, side: Side, entry: FrameEntry): Life {
  const { action, body, at } = entry;
  if (side === 'till' && action === ServerAction.terminalStatusUpdate) return atTerminal(life, body!, at);
  if (idOf(body) !== life.transactionId) return life;
  return side === 'till' ? followTill(life, action, body!, at) : followTerminal(life, action, at);
}

function followTill(life: Life, action: string, body: Record<string, unknown>, at: number): Life {
  switch (action) {
    case ServerAction.paymentStatus:
      return reached(life, stepOf(textOf(body, 'stage')), at);
    case ServerAction.paymentComplete:
      return completed(life, body, at);
    case ServerAction.paymentVoided:
      return { ...noted(life, at, 'the approval was voided at the terminal'), status: 'VOIDED' };
    case ServerAction.cancelResponse:
      return noted(life, at, `cancelling: ${textOf(body, 'status')}`);
    case ServerAction.transactionResponse:
      return { ...life, status: statusIn(body) ?? life.status };
    case ServerAction.error:
      return refused(life, body, at);
    default:
      return life;
  }
}

function followTerminal(life: Life, action: string, at: number): Life {
  switch (action) {
    case ServerAction.payment:
      return reached({ ...life, handOvers: life.handOvers + 1 }, 'sent', at);
    case ServerAction.paymentInquiry:
      return noted(life, at, 'the gateway asks the terminal what became of it');
    case ServerAction.voidPayment:
      return noted(life, at, 'the gateway asks the terminal to void its late approval');
    default:
      return life;
  }
}

/** The only terminal of the group is the one beside the till. */
function atTerminal(life: Life, body: Record<string, unknown>, at: number): Life {
  if (!isOpen(life)) return life;
  const status = textOf(body, 'status');
  if (status === 'reconnecting') {
    return {
      ...noted(life, at, 'the terminal is gone; the gateway waits for it'),
      status: 'AWAITING_RECONNECT',
    };
  }
  if (status === 'connected' && life.status === 'AWAITING_RECONNECT') {
    return { ...noted(life, at, 'the terminal is back'), status: 'PENDING' };
  }
  return life;
}

const COMPLETED: Record<string, LifeStatus> = {
  SUCCESS: 'COMPLETED',
  FAILED: 'FAILED',
  CANCELLED: 'CANCELLED',
};

function completed(life: Life, body: Record<string, unknown>, at: number): Life {
  const status = COMPLETED[textOf(body, 'status')] ?? life.status;
  const response = (body['paymentResponse'] ?? {}) as Record<string, unknown>;
  const code = textOf(response, 'authorizationCode') || textOf(response, 'errorCode');
  const { retrySafe } = body;
  const retry = typeof retrySafe === 'boolean' ? `retrySafe: ${retrySafe}` : '';
  const detail = [code, retry].filter((text) => text !== '').join(', ');
  const told = life.steps.pushed === undefined ? life : noted(life, at, 'the result was told again');
  return { ...reached(told, 'pushed', at), status, ...(detail !== '' && { detail }) };
}

/** Only a payment that was never taken on is refused; a refusal of anything else changes nothing of it. */
function refused(life: Life, body: Record<string, unknown>, at: number): Life {
  const code = textOf(body, 'code');
  const isOfPayment = textOf(body, 'requestAction') === ClientAction.payment;
  if (!isOfPayment || life.steps.accepted !== undefined || life.asks > 1) {
    return noted(life, at, `the gateway answers ${code}`);
  }
  const retry = body['retrySafe'] === true ? ', safe to repeat' : '';
  return { ...noted(life, at, `the gateway refuses it`), status: 'REFUSED', detail: `${code}${retry}` };
}

/**
 * Who has a step behind him has the former ones too, even if their news come later or never. Only the push says nothing of what
 * lies before it: there is one as well for a payment that the gateway gave up.
 */
function reached(life: Life, step: Step | undefined, at: number): Life {
  if (step === undefined || life.steps[step] !== undefined) return life;
  const passed = step === 'pushed' ? [step] : STEPS.slice(0, STEPS.indexOf(step) + 1);
  const times = passed.map((name) => [name, life.steps[name] ?? at]);
  return { ...life, steps: { ...life.steps, ...(Object.fromEntries(times) as Life['steps']) } };
}

function noted(life: Life, at: number, text: string): Life {
  return { ...life, incidents: [...life.incidents, { at, text }] };
}

function stepOf(stage: string): Step | undefined {
  return (['accepted', 'sent', 'received'] as const).find((step) => step === stage);
}

function statusIn(body: Record<string, unknown>): TransactionStatus | undefined {
  const { status } = (body['transaction'] ?? {}) as { status?: TransactionStatus };
  return status;
}

function idOf(body: FrameEntry['body']): string {
  if (!body) return '';
  const { transaction, paymentResponse } = body as Record<string, Record<string, unknown> | undefined>;
  return (
    textOf(body, 'transactionId') ||
    textOf(transaction ?? {}, 'transactionId') ||
    textOf(paymentResponse ?? {}, 'transactionId')
  );
}

function textOf(body: FrameEntry['body'], member: string): string {
  const value = body?.[member];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
