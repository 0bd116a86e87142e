// @ts-check
import { Device } from './device.mjs';

/** @typedef {import('./device.mjs').Frame} Frame */

const LIMIT_MS = 15_000;

/** A point of sale: asks for payments and waits for what becomes of them. */
export class Till extends Device {
  /** @type {Set<{ matches: (frame: Frame) => boolean; give: (frame: Frame) => void }>} */
  #waiting = new Set();

  /** @override @param {Frame} frame */
  onFrame(frame) {
    for (const waiter of this.#waiting) {
      if (waiter.matches(frame)) waiter.give(frame);
    }
  }

  /** The terminals of the shop that are connected. @returns {Promise<{ terminalId: string }[]>} */
  async terminals() {
    const answer = this.next('terminalsResponse', (frame) => frame.action === 'terminalsResponse');
    this.send({ action: 'getTerminals' });
    return (await answer).terminals;
  }

  /**
   * Asks for a payment.
   *
   * @param {string} terminalId
   * @param {{ transactionId: string; amount: string; currency: string; paymentMethod: string }} paymentRequest
   * @returns {Promise<Frame>} `paymentComplete`, or `error` if it was not taken on
   */
  pay(terminalId, paymentRequest) {
    const outcome = this.next(
      `the result of ${paymentRequest.transactionId}`,
      ({ action, transactionId }) =>
        transactionId === paymentRequest.transactionId &&
        (action === 'paymentComplete' || action === 'error'),
    );
    this.send({ action: 'payment', terminalId, paymentRequest });
    return outcome;
  }

  /**
   * The next word about a terminal.
   *
   * @param {string} terminalId
   * @param {'connected' | 'reconnecting' | 'disconnected'} status
   */
  statusOf(terminalId, status) {
    return this.next(
      `${terminalId} ${status}`,
      (frame) =>
        frame.action === 'terminalStatusUpdate' && frame.terminalId === terminalId && frame.status === status,
    );
  }

  /**
   * The next frame of a kind. Rejects when none comes.
   *
   * @param {string} what
   * @param {(frame: Frame) => boolean} matches
   * @returns {Promise<Frame>}
   */
  next(what, matches) {
    return new Promise((resolve, reject) => {
      const waiter = {
        matches,
        give: (/** @type {Frame} */ frame) => {
          clearTimeout(timer);
          this.#waiting.delete(waiter);
          resolve(frame);
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new Error(`The till waited ${LIMIT_MS / 1000} s in vain for ${what}`));
      }, LIMIT_MS).unref();
      this.#waiting.add(waiter);
    });
  }
}
