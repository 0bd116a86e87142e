import { httpOrigin } from '../gateway/target.js';
import { HttpCaller } from '../wire/http-caller.js';
import type { Hook } from '../wire/webhook-receiver.js';
import { Api, paymentsOf } from './api.js';
import { paymentFrame, type Asked, type PaymentRequest } from './contract.js';
import { Endpoint, ENDPOINTS, NEW_ENDPOINT, WEBHOOK_EVENTS, type WebhookEventType } from './endpoint.js';
import { newRequest } from './request.js';
import { TIME, type Shape } from './shape.js';
import type { Begun, Stage } from './stage.js';
import type { Surroundings } from './surroundings.js';
import type { Till } from './till.js';

/** A payment that was asked for over HTTP, and the call that waits for its result. */
export interface BegunOverHttp extends Begun {
  /** The answer comes, and is as expected. @throws Mismatch */
  isAnswered: (status: number, body: Shape) => Promise<void>;
}

const ALL_EVENTS = Object.keys(WEBHOOK_EVENTS) as WebhookEventType[];

/** What the tills of a scenario do over HTTP, and where they are told of it. */
export class HttpDesk {
  private readonly endpoints: Endpoint[] = [];

  constructor(
    private readonly stage: Stage,
    private readonly around: Surroundings,
  ) {}

  get api(): Api {
    return this.apiOf(this.stage.till);
  }

  /** Signs with the key of a till. */
  apiOf(till: Till): Api {
    const { key, secret = '' } = till.key;
    const { urls, transcript, highest } = this.around;
    const tap = transcript.of(`${till.name} http`);
    return new Api(new HttpCaller(httpOrigin(urls[0]!), { key, secret }, tap), highest);
  }

  /** The terminal connects unless it has, the till asks over HTTP, and the terminal gets the payment. @param query as in {@link asks} */
  async begins(request: Partial<PaymentRequest> = {}, query = ''): Promise<BegunOverHttp> {
    const asked = await this.newPayment(request);
    const isAnswered = this.asks(asked, query);
    return { ...(await this.arrives(asked)), isAnswered };
  }

  /** Asks for a payment, and does not wait for the answer yet. @param query of the path: `?wait=0` */
  asks({ transactionId, terminalId, request }: Asked, query = ''): BegunOverHttp['isAnswered'] {
    const { api } = this;
    const waiting = api.caller.post(`${paymentsOf(terminalId)}${query}`, request);
    // A failure is seen where the answer is looked at.
    waiting.catch(() => {});
    return async (status, body) =>
      api.compares({ status, body }, await waiting, `the answer to ${transactionId}`);
  }

  /** As {@link begins}, with the result left to webhooks. */
  async beginsForWebhook(request: Partial<PaymentRequest> = {}): Promise<Begun> {
    const asked = await this.newPayment(request);
    const { transactionId, terminalId } = asked;
    const accepted = { transactionId, status: 'PENDING', timestamp: TIME };
    const body = { ...asked.request, webhookMode: true };
    await this.api.post(paymentsOf(terminalId), body, { status: 202, body: accepted });
    return this.arrives(asked);
  }

  /** An address for webhooks that the gateway does not know yet. */
  newHook(): Hook {
    return this.around.receiver!.newHook(this.around.transcript.of('webhook'));
  }

  /** The till sets an endpoint up, and the endpoint is tested. */
  async opensEndpoint({
    events = ALL_EVENTS,
    till = this.stage.till,
  }: { events?: readonly WebhookEventType[]; till?: Till } = {}): Promise<Endpoint> {
    const [hook, api] = [this.newHook(), this.apiOf(till)];
    const { url } = hook;
    const made = await api.post(
      ENDPOINTS,
      { url, events },
      { status: 201, body: { ...NEW_ENDPOINT, url, events } },
    );
    const endpoint = new Endpoint(
      made['endpointId'] as string,
      made['secret'] as string,
      hook,
      api,
      this.around,
    );
    this.endpoints.push(endpoint);
    await endpoint.getsTestCall();
    return endpoint;
  }

  /** A group can only have so many endpoints. Best effort: a gateway that is broken enough may keep them. */
  async clear(): Promise<void> {
    await Promise.all(this.endpoints.map((endpoint) => endpoint.remove().catch(() => {})));
  }

  private async newPayment(request: Partial<PaymentRequest>): Promise<Asked> {
    const { terminal } = this.stage;
    if (terminal.connections.length === 0) await terminal.connects();
    const full = newRequest(request);
    const { id: terminalId, key } = terminal;
    const asked = { transactionId: full.transactionId, terminalId, groupId: key.groupId, request: full };
    this.around.asked.push(asked);
    return asked;
  }

  private async arrives(asked: Asked): Promise<Begun> {
    const { till, terminal } = this.stage;
    await terminal.gets(paymentFrame(asked));
    return { till, terminal, asked };
  }
}
