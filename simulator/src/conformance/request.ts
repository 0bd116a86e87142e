import type { PaymentRequest } from './contract.js';

let made = 0;

/** A request that nobody has made before. */
export function newRequest(rest: Partial<PaymentRequest> = {}): PaymentRequest & { transactionId: string } {
  const transactionId = `sim-${Date.now().toString(36)}-${process.pid.toString(36)}-${++made}`;
  return {
    transactionId,
    amount: '10.00',
    currency: 'EUR',
    paymentMethod: 'CARD',
    ...rest,
  };
}
