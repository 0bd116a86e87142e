import { randomUUID } from 'node:crypto';
import type { Frame, PosClient, TerminalClient } from './clients.js';

/** A payment request with an id of its own. */
export function newRequest(extra: object = {}): { transactionId: string } & Record<string, unknown> {
  return { transactionId: randomUUID(), amount: '10.00', currency: 'EUR', paymentMethod: 'CARD', ...extra };
}

/** Asks for a payment and waits until the terminal has it. @returns its id */
export async function startPayment(
  pos: PosClient,
  terminal: TerminalClient,
  terminalId: string,
): Promise<string> {
  const request = newRequest();
  pos.pay(terminalId, request);
  await terminal.next((frame) => frame.action === 'payment' && frame.transactionId === request.transactionId);
  return request.transactionId;
}

/** The transaction as the gateway tells it. */
export async function transaction(pos: PosClient, transactionId: string): Promise<Frame> {
  const answer = await pos.ask({ action: 'getTransaction', transactionId }, 'transactionResponse');
  return answer['transaction'] as Frame;
}
