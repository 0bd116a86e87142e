// @ts-check
import { randomInt } from 'node:crypto';
import { Device } from './device.mjs';

/**
 * What a simulated terminal does with a payment.
 *
 * @typedef {{ about: string; thinkMs: number; declines: (amount: string) => boolean }} Manner
 */

/** @type {Record<string, Manner>} */
export const MANNERS = {
  COUNTER: { about: 'approves at once', thinkMs: 120, declines: () => false },
  BAR: { about: 'declines amounts that end in 5', thinkMs: 350, declines: (amount) => amount.endsWith('5') },
  TABLE: { about: 'is slow, and loses its network now and then', thinkMs: 1_800, declines: () => false },
};

/**
 * A card terminal. It remembers every payment by its id, so that the same one coming twice is never charged twice.
 */
export class Terminal extends Device {
  /** @type {Set<string>} */
  #seen = new Set();
  /** Payments that came a second time; there must be none. */
  repeats = 0;
  /** How long the latest payment was in the hands of this terminal. */
  heldMs = 0;
  /** @type {NodeJS.Timeout | undefined} */
  #thinking;

  /**
   * @param {string} name
   * @param {string} url
   * @param {string} key
   * @param {(from: string, to: string, action: string, detail: string) => void} report
   */
  constructor(name, url, key, report) {
    super(url, key);
    this.name = name;
    this.report = report;
  }

  get manner() {
    return /** @type {Manner} */ (MANNERS[this.name]);
  }

  /** @override @param {import('./device.mjs').Frame} frame */
  onFrame(frame) {
    if (frame.action === 'payment') this.#onPayment(frame.transactionId, frame.paymentRequest);
    if (frame.action === 'paymentResponseAck') this.report('gateway', this.name, 'ack', 'result is stored');
  }

  /** @override */
  drop() {
    clearTimeout(this.#thinking);
    super.drop();
  }

  /**
   * @param {string} transactionId
   * @param {{ amount: string; currency: string }} request
   */
  #onPayment(transactionId, { amount, currency }) {
    this.report('gateway', this.name, 'payment', `${amount} ${currency}, please present your card`);
    if (this.#seen.has(transactionId)) {
      this.repeats++;
      return;
    }
    this.#seen.add(transactionId);
    const receivedAt = Date.now();
    this.#thinking = setTimeout(() => {
      this.heldMs = Date.now() - receivedAt;
      this.#answer(transactionId, amount);
    }, this.manner.thinkMs);
  }

  /**
   * @param {string} transactionId
   * @param {string} amount
   */
  #answer(transactionId, amount) {
    const paymentResponse = this.manner.declines(amount)
      ? { status: 'FAILED', errorCode: 'DECLINED', errorMessage: 'Insufficient funds' }
      : { status: 'SUCCESS', authorizationCode: String(randomInt(100_000, 1_000_000)) };
    const detail = paymentResponse.authorizationCode ?? paymentResponse.errorCode ?? '';
    this.report(this.name, 'gateway', 'paymentResponse', `${paymentResponse.status} ${detail}`);
    this.send({ action: 'paymentResponse', transactionId, paymentResponse });
  }
}
