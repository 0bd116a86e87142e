// @ts-check
import { randomInt, randomUUID } from 'node:crypto';
import { hop, topic, verdict } from './printer.mjs';
import { MANNERS, Terminal } from './terminal.mjs';
import { Till } from './till.mjs';

const GROUP = 'demo-shop';
const CURRENCY = 'EUR';

/** Whoever looks at the console of the demo. */
export const ADMIN = 'admin';

/** The keys of the shop: one per device, one for the reader to try, and the one that opens the console. @type {import('./gateway.mjs').KeyRecord[]} */
export const SHOP_KEYS = [
  { id: 'till', groupId: GROUP, deviceType: 'desktop' },
  { id: 'guest', groupId: GROUP, deviceType: 'desktop' },
  { id: ADMIN, deviceType: 'admin' },
  ...Object.entries(MANNERS).map(([name, { about }]) => ({
    id: name,
    groupId: GROUP,
    deviceType: /** @type {const} */ ('terminal'),
    deviceId: name,
    metadata: { about },
  })),
];

/** A shop with one till and its terminals, all of them on real sockets. */
export class Shop {
  /** What the gateway took of each payment, in ms. @type {number[]} */
  gatewayMs = [];
  counts = { approved: 0, declined: 0 };
  #began = Date.now();
  #round = 0;

  /** @param {import('./gateway.mjs').Gateway} gateway */
  constructor(gateway) {
    const report = (/** @type {[string, string, string, string]} */ ...words) => this.#report(...words);
    this.till = new Till(gateway.url, gateway.keyOf('till'));
    this.terminals = Object.keys(MANNERS).map(
      (name) => new Terminal(name, gateway.url, gateway.keyOf(name), report),
    );
  }

  async open() {
    await this.till.connect();
    await Promise.all(
      this.terminals.map(async (terminal) => {
        const connected = this.till.statusOf(terminal.name, 'connected');
        await terminal.connect();
        await connected;
      }),
    );
  }

  close() {
    [this.till, ...this.terminals].forEach((device) => device.drop());
  }

  /** One round: every terminal is paid at, each in its manner. @param {() => Promise<void>} pause between payments */
  async playRound(pause) {
    const isOdd = this.#round++ % 2 === 0;
    await this.pay('COUNTER', price('0'));
    await pause();
    await this.pay('BAR', price(isOdd ? '5' : '0'));
    await pause();
    await (isOdd ? this.payWhileAway('TABLE', price('0')) : this.pay('TABLE', price('0')));
    await pause();
  }

  /**
   * @param {string} terminalId
   * @param {string} amount
   */
  async pay(terminalId, amount) {
    this.#begin(terminalId, amount);
    await this.#complete(terminalId, newRequest(amount));
  }

  /**
   * The terminal loses its network before the payment: the till is told that nothing was started, waits until the terminal
   * is back, and repeats the very same request.
   *
   * @param {string} terminalId
   * @param {string} amount
   */
  async payWhileAway(terminalId, amount) {
    this.#begin(terminalId, amount);
    const terminal = this.#terminal(terminalId);
    const gone = this.till.statusOf(terminalId, 'reconnecting');
    terminal?.drop();
    await gone;
    this.#report('gateway', 'till', 'status', `${terminalId} is reconnecting`);

    const request = newRequest(amount);
    this.#report('till', 'gateway', 'payment', `${amount} ${CURRENCY} at ${terminalId}`);
    const refusal = await this.till.pay(terminalId, request);
    const isSafe =
      refusal.action === 'error' && refusal.code === 'TERMINAL_OFFLINE' && refusal.retrySafe === true;
    if (!isSafe) throw new Error(`expected TERMINAL_OFFLINE and got ${JSON.stringify(refusal)}`);
    this.#report('gateway', 'till', 'error', `${refusal.code}, safe to repeat`);

    const back = this.till.statusOf(terminalId, 'connected');
    await terminal?.connect();
    await back;
    this.#report('gateway', 'till', 'status', `${terminalId} is connected again`);
    await this.#complete(terminalId, request);
  }

  /**
   * @param {string} terminalId
   * @param {ReturnType<typeof newRequest>} request
   */
  async #complete(terminalId, request) {
    const { amount } = request;
    const isDecline = MANNERS[terminalId]?.declines(amount) ?? false;
    this.#report('till', 'gateway', 'payment', `${amount} ${CURRENCY} at ${terminalId}`);
    const sentAt = Date.now();
    const result = await this.till.pay(terminalId, request);
    const gatewayMs = Date.now() - sentAt - (this.#terminal(terminalId)?.heldMs ?? 0);
    this.#report('gateway', 'till', result.action, result.status ?? result.code);
    const expected = isDecline ? 'FAILED' : 'SUCCESS';
    if (result.status !== expected || result.paymentResponse.amount !== amount) {
      throw new Error(`expected ${expected} for ${amount} and got ${JSON.stringify(result)}`);
    }
    this.gatewayMs.push(gatewayMs);
    this.counts[isDecline ? 'declined' : 'approved']++;
    const outcome = isDecline
      ? `declined: ${result.paymentResponse.errorMessage}`
      : `${amount} ${CURRENCY} paid`;
    verdict(!isDecline, outcome, `${gatewayMs} ms of it in the gateway`);
  }

  /** Payments that reached a terminal more than once; there must be none. */
  get repeats() {
    return this.terminals.reduce((sum, { repeats }) => sum + repeats, 0);
  }

  /** @param {string} terminalId */
  #terminal(terminalId) {
    return this.terminals.find(({ name }) => name === terminalId);
  }

  /**
   * @param {string} terminalId
   * @param {string} amount
   */
  #begin(terminalId, amount) {
    topic(`${amount} ${CURRENCY}`, `at ${terminalId}, which ${MANNERS[terminalId]?.about}`);
    this.#began = Date.now();
  }

  /**
   * @param {string} from
   * @param {string} to
   * @param {string} action
   * @param {string} detail
   */
  #report(from, to, action, detail) {
    hop(Date.now() - this.#began, from, to, action, detail);
  }
}

/** @param {string} amount */
function newRequest(amount) {
  return { transactionId: randomUUID(), amount, currency: CURRENCY, paymentMethod: 'CARD' };
}

/** A price that ends in the given digit. @param {string} lastDigit */
function price(lastDigit) {
  return `${randomInt(2, 60)}.${randomInt(0, 10)}${lastDigit}`;
}
