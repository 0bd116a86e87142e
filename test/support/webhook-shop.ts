import { Queue } from 'bullmq';
import { partitionOf, partitionTag } from '../../src/redis/index.js';
import type { TerminalClient, TerminalOptions } from './clients.js';
import { TestCa } from './certificates.js';
import { eventually } from './eventually.js';
import { adminKey, posKey, startCluster, terminalKey, type Cluster, type ClusterOptions } from './fixture.js';
import type { ApiAnswer, HttpApi } from './http-api.js';
import { newRequest } from './payments.js';
import { Receiver } from './receiver.js';

/** Pauses between attempts that a test can wait for. */
const RETRY_DELAYS_MS = '200,200,200,200,200,200,200,200,200,200,500,500,500,500,500,500,1000,1000,1000,1000';
export const ALL_EVENTS = [
  'payment.completed',
  'payment.failed',
  'payment.cancelled',
  'payment.timeout',
  'payment.voided',
];
export const ENDPOINTS = '/v1/webhooks/endpoints';

export interface ShopOptions extends Partial<Pick<ClusterOptions, 'instances' | 'store' | 'env'>> {
  /** Groups beside `shop`; each has a till `pos-<group>`. */
  groups?: string[];
  /** Ids of keys that open the console. */
  admins?: string[];
}

/** An endpoint as its creation shows it. */
export interface MadeEndpoint {
  endpointId: string;
  secret: string;
}

/** Which delivery of a payment, and how far it must be. */
export interface DeliveryWanted {
  status?: string;
  eventType?: string;
  hasAttempts?: number;
  timeoutMs?: number;
}

/** A group with a till, a terminal and receivers of webhooks. */
export class WebhookShop {
  private readonly receivers: Receiver[] = [];

  private constructor(
    readonly cluster: Cluster,
    private readonly ca: TestCa,
  ) {}

  static async open({
    groups = [],
    admins = [],
    env = {},
    ...options
  }: ShopOptions = {}): Promise<WebhookShop> {
    const ca = new TestCa();
    const cluster = await startCluster({
      ...options,
      keys: [
        posKey('pos'),
        terminalKey('t1', 'TERM-001'),
        ...groups.map((group) => posKey(`pos-${group}`, group)),
        ...admins.map(adminKey),
      ],
      env: {
        WEBHOOK_ALLOW_HOSTS: '127.0.0.1',
        WEBHOOK_CA_FILE: ca.caFile,
        WEBHOOK_RETRY_DELAYS_MS: RETRY_DELAYS_MS,
        LOG_LEVEL: 'debug',
        RATE_LIMIT_REQUESTS_PER_MINUTE: '0',
        ...env,
      },
    });
    return new WebhookShop(cluster, ca);
  }

  async close(): Promise<void> {
    await this.cluster.close();
    await Promise.all(this.receivers.map((receiver) => receiver.stop()));
    this.ca.remove();
  }

  api(on = 0): HttpApi {
    return this.cluster.api('pos', { on });
  }

  /** @param names alternative names in its certificate; default: of this machine */
  async receiver(names?: string): Promise<Receiver> {
    const receiver = await Receiver.start(this.ca.issue(names));
    this.receivers.push(receiver);
    return receiver;
  }

  /** @param events default: all */
  async endpoint(receiver: Receiver, { events = ALL_EVENTS, on = 0 } = {}): Promise<MadeEndpoint> {
    const answer = await this.api(on).post(ENDPOINTS, { url: receiver.url(), events });
    if (answer.status !== 201) throw new Error(`no endpoint: ${answer.text}`);
    return answer.body as unknown as MadeEndpoint;
  }

  async removeEndpoints(): Promise<void> {
    const { body } = await this.api().get(ENDPOINTS);
    for (const { endpointId } of body['endpoints'] as MadeEndpoint[]) {
      await this.api().delete(`${ENDPOINTS}/${endpointId}`);
    }
  }

  /** A terminal; it answers every payment unless told otherwise. */
  terminal(on = 0, options: TerminalOptions = {}): Promise<TerminalClient> {
    return this.cluster.terminal('t1', { on, ...options });
  }

  /** Asks for a payment in `webhookMode`. @returns its id */
  async pay({ on = 0, ...extra }: { on?: number } & Record<string, unknown> = {}): Promise<string> {
    const request = newRequest({ ...extra, webhookMode: true });
    return eventually(async () => {
      // The terminal may still be busy with the payment before.
      const answer = await this.api(on).post('/v1/terminals/TERM-001/payments', request);
      if (answer.status !== 202) throw new Error(`no payment: ${answer.text}`);
      return request.transactionId;
    });
  }

  /** @param query such as `?status=failed` */
  async deliveries(endpointId: string, query = '', on = 0): Promise<any[]> {
    const answer = await this.api(on).get(`${ENDPOINTS}/${endpointId}/deliveries${query}`);
    return answer.body['deliveries'] as any[];
  }

  /** The delivery of a payment's event as soon as it is as wanted. */
  delivery(
    endpointId: string,
    transactionId: string,
    { status, eventType, hasAttempts = 0, timeoutMs = 20_000 }: DeliveryWanted = {},
    on = 0,
  ): Promise<any> {
    return eventually(
      async () => {
        const found = (await this.deliveries(endpointId, '', on)).find(
          (d) => d.transactionId === transactionId && (eventType === undefined || d.eventType === eventType),
        );
        const isEnough = found && found.attempts.length >= hasAttempts;
        if (!isEnough || (status !== undefined && found.status !== status)) {
          throw new Error(`the delivery is ${JSON.stringify(found)}`);
        }
        return found;
      },
      { timeoutMs },
    );
  }

  /** A key of the queue, such as its sorted set `delayed`. */
  queueKey(name: string): string {
    return `${this.cluster.prefix}:{webhooks}:deliveries:${name}`;
  }

  /** Has the payments hand the event of a result over once more. Resolves when it was taken. */
  async repeatEvent(transactionId: string): Promise<void> {
    const outbox = `${this.cluster.prefix}:${partitionTag(partitionOf('shop'))}:outbox`;
    const member = `shop\n${transactionId}\nresult`;
    await this.cluster.redis.zadd(outbox, 1, member);
    await eventually(async () => (await this.cluster.redis.zscore(outbox, member)) === null);
  }

  /** Has every errand that waits for its time come now. @returns how many there were */
  async hastenErrands(): Promise<number> {
    const queue = new Queue('deliveries', {
      connection: this.cluster.redis,
      prefix: `${this.cluster.prefix}:{webhooks}`,
    });
    const errands = await queue.getDelayed();
    await Promise.all(errands.map((errand) => errand.promote()));
    await queue.close();
    return errands.length;
  }

  /** Lets the sweep find that every pending delivery should have been seen to long ago. */
  async makeOverdue(): Promise<void> {
    const [key] = await this.cluster.redis.keys(`${this.cluster.prefix}:*:webhook-due`);
    for (const member of await this.cluster.redis.zrange(key!, '0', '-1')) {
      await this.cluster.redis.zadd(key!, 'XX', 1, member);
    }
  }

  redeliver(endpointId: string, deliveryId: string): Promise<ApiAnswer> {
    return this.api().post(`${ENDPOINTS}/${endpointId}/deliveries/${deliveryId}/redeliver`);
  }
}
