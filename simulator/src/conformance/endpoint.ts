import type { Hook, WebhookCall } from '../wire/webhook-receiver.js';
import { problemOfSignature } from '../wire/webhook-signature.js';
import type { Api } from './api.js';
import type { Asked, Known } from './contract.js';
import { assertShape, Mismatch, untilShape } from './mismatch.js';
import { including, NUMBER, TEXT, text, TIME, type ObjectShape, type Shape } from './shape.js';
import type { Surroundings } from './surroundings.js';

/** Every event, and the `data.status` that it comes with. */
export const WEBHOOK_EVENTS = {
  'payment.completed': 'SUCCESS',
  'payment.failed': 'FAILED',
  'payment.cancelled': 'CANCELLED',
  'payment.timeout': 'TIMEOUT',
  'payment.voided': 'VOIDED',
} as const;

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;

export const ENDPOINTS = '/v1/webhooks/endpoints';

/** An endpoint as its creation shows it, the only time with its secret. */
export const NEW_ENDPOINT: ObjectShape = {
  endpointId: text(/^wh_[0-9A-HJKMNP-TV-Z]{26}$/),
  secret: text(/^whsec_\S+/),
  status: 'active',
  createdAt: TIME,
  updatedAt: TIME,
};

/** A webhook endpoint of a group, and the receiver behind it. */
export class Endpoint {
  /** All that sign its calls. */
  private secrets: string[];

  constructor(
    readonly id: string,
    secret: string,
    readonly hook: Hook,
    private readonly api: Api,
    private readonly around: Surroundings,
  ) {
    this.secrets = [secret];
  }

  get path(): string {
    return `${ENDPOINTS}/${this.id}`;
  }

  /** Calls about this payment get these answers in turn, and then the last one; all others are taken. */
  answers({ transactionId }: Known, ...statuses: readonly number[]): void {
    const left = [...statuses];
    const others = this.hook.answers;
    this.hook.answers = (event) => {
      if (event.data.transactionId !== transactionId) return others(event);
      return left.length > 1 ? left.shift()! : left[0]!;
    };
  }

  /** Waits for a call about a payment. @throws Mismatch if it is not as expected or not genuine; Missed if none comes */
  async gets(
    asked: Asked,
    eventType: WebhookEventType,
    data: ObjectShape = {},
    within?: number,
  ): Promise<WebhookCall> {
    const { transactionId, terminalId, request } = asked;
    const { amount, currency, paymentMethod } = request;
    const echoed = { amount, currency, paymentMethod, terminalId, version: NUMBER };
    const call = await this.takes(eventType, transactionId, within);
    const expected = {
      ...{ eventType, eventId: TEXT, timestamp: TIME },
      data: { transactionId, status: WEBHOOK_EVENTS[eventType], ...echoed, ...data },
    };
    this.compares(expected, call.event, `the event ${eventType} as in the contract`);
    return call;
  }

  /** Waits for the call that tests a new endpoint. @throws Mismatch, Missed */
  async getsTestCall(): Promise<void> {
    const eventType = 'endpoint.validation';
    const { event } = await this.takes(eventType);
    const data = { endpointId: this.id };
    this.compares({ eventType, eventId: TEXT, timestamp: TIME, data }, event, 'a test call');
  }

  /** So many calls about this payment have come until now. @throws Mismatch */
  hasCalls({ transactionId }: Known, times: number): void {
    const about = this.hook.calls.filter(({ event }) => event.data.transactionId === transactionId);
    this.compares(times, about.length, `${times} calls about ${transactionId}`);
  }

  /** Looks at it until it is shown like this, never with its secret. @throws Mismatch after the patience */
  async becomes(shape: ObjectShape): Promise<void> {
    const read = () => this.api.get(this.path, 200, { endpointId: this.id, timestamp: TIME });
    const { highest, patienceMs } = this.around;
    this.keepsSecret(await untilShape(shape, read, highest, patienceMs, 'the endpoint'));
  }

  async changes(change: Readonly<Record<string, string>>): Promise<void> {
    const call = { method: 'PUT', path: this.path, body: change };
    this.keepsSecret(await this.api.call(call, { status: 200, body: { endpointId: this.id, ...change } }));
  }

  /** Has a further secret from now on, beside those that it has. [X] */
  async rotates(): Promise<void> {
    const rotated = { endpointId: this.id, secret: NEW_ENDPOINT['secret']! };
    const { secret } = await this.api.post(`${this.path}/rotate-secret`, {}, { status: 200, body: rotated });
    this.compares(false, this.secrets.includes(secret as string), 'a new secret');
    this.secrets.push(secret as string);
  }

  /** Has the one event of a payment sent once more. [X] */
  async redelivers({ transactionId }: Known): Promise<void> {
    const listed = { deliveries: including({ transactionId, deliveryId: TEXT }) };
    const { deliveries } = await this.api.get(`${this.path}/deliveries`, 200, listed);
    const known = (deliveries as Record<string, string>[]).find(
      (each) => each['transactionId'] === transactionId,
    );
    const path = `${this.path}/deliveries/${known?.['deliveryId']}/redeliver`;
    await this.api.post(path, {}, { status: 202, body: { transactionId } });
  }

  async remove(): Promise<void> {
    await this.api.call({ method: 'DELETE', path: this.path }, { status: 204, body: {} });
  }

  /** @throws Mismatch if a secret can be read here */
  keepsSecret(shown: object): void {
    if (JSON.stringify(shown).includes('whsec_')) throw new Mismatch('no secret', 'one');
  }

  private async takes(
    eventType: string,
    transactionId?: string,
    within = this.around.patienceMs,
  ): Promise<WebhookCall> {
    const call = await this.hook.inbox.next(
      `a call with ${eventType}${transactionId ? ` of ${transactionId}` : ''}`,
      ({ event }) => event.eventType === eventType && event.data.transactionId === transactionId,
      within,
    );
    for (const secret of this.secrets) {
      const problem = problemOfSignature(secret, call.headers, call.text);
      if (problem) throw new Mismatch('a call signed with every secret of its endpoint', problem);
    }
    this.compares(call.event.eventId, call.headers['webhook-id'], 'the eventId as webhook-id');
    return call;
  }

  private compares(shape: Shape, actual: unknown, expected: string): void {
    assertShape(shape, actual, this.around.highest, expected);
  }
}
