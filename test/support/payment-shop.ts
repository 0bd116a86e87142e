import type { Endpoint, Presence } from '../../src/presence/index.js';
import type { Principal } from '../../src/protocol/index.js';
import { connect, device, till, type Connected } from './endpoints.js';
import { PaymentDesk } from './payment-desk.js';
import { TestStore } from './test-store.js';

/** A connection of a till or a terminal, as payments know their callers. */
export interface Present extends Connected {
  principal: Endpoint['principal'];
}

/** Two tills and two terminals of one group, all connected, and the desk that serves them. */
export class PaymentShop {
  private constructor(
    readonly test: TestStore,
    readonly presence: Presence,
    readonly desk: PaymentDesk,
    readonly pos: Present,
    readonly otherPos: Present,
    readonly terminal: Present,
    readonly otherTerminal: Present,
  ) {}

  static async open(env: Record<string, string> = {}): Promise<PaymentShop> {
    const test = await TestStore.open({ INSTANCE_LEASE_MS: '60000', ...env });
    return PaymentShop.in(test);
  }

  static async in(test: TestStore): Promise<PaymentShop> {
    const presence = test.presence();
    const desk = new PaymentDesk(test);
    const principals = [till('pos'), till('pos-2'), device('t1', 'TERM-001'), device('t2', 'TERM-002')];
    for (const principal of principals.slice(2)) await desk.knows(principal);
    const [pos, otherPos, terminal, otherTerminal] = await Promise.all(
      principals.map(async (principal) => ({ principal, ...(await connect(presence, principal)) })),
    );
    return new PaymentShop(test, presence, desk, pos!, otherPos!, terminal!, otherTerminal!);
  }

  /** A further till or terminal. */
  async add(principal: Principal): Promise<Present> {
    await this.desk.knows(principal);
    return { principal, ...(await connect(this.presence, principal)) };
  }

  /** The answer of the latest script. */
  get answered(): unknown {
    return this.test.store.latestAnswer;
  }

  /** The same key on a new connection. */
  async again({ principal }: Present): Promise<Present> {
    return { principal, ...(await connect(this.presence, principal)) };
  }

  /** A payment that the terminal was given. */
  async handedOver(transactionId: string, request: object = {}): Promise<void> {
    await this.desk.pay(this.pos, 'TERM-001', transactionId, request);
    await this.desk.claim(this.terminal, transactionId, 'token');
  }

  /** The terminal drops, and somebody sees to what it leaves behind. */
  async drops(terminal: Present): Promise<void> {
    await this.presence.drop(terminal.endpoint);
    await this.desk.seeToLost(terminal.principal.keyId);
  }

  /** The terminal is back, on a new connection, and asked about its payment. */
  async returns(terminal: Present): Promise<Present> {
    const back = await this.again(terminal);
    await this.desk.resume(back);
    return back;
  }

  /** A payment that was given up because its terminal did not come back in time. */
  async givenUp(transactionId: string): Promise<void> {
    await this.handedOver(transactionId);
    await this.drops(this.terminal);
    await this.desk.passDeadline(transactionId);
    await this.desk.sweep(transactionId);
  }

  /** A payment that is final. */
  async settled(transactionId: string, status = 'SUCCESS'): Promise<void> {
    await this.handedOver(transactionId);
    await this.desk.answer(this.terminal, transactionId, status);
  }
}
