import {
  Inject,
  Injectable,
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Config } from '../config/index.js';
import { paymentIds, type Logger } from '../logging/index.js';
import { Metrics, type WebhookOutcome } from '../metrics/index.js';
import { Pulse } from '../presence/index.js';
import type { DeliveryStatus } from '../protocol/index.js';
import { Trail } from '../tracing/index.js';
import { afterAttempt, dueAtOf, ended, isDelivered, isGone, type DeliveryRecord } from './delivery.js';
import { DeliveryLog } from './delivery-log.js';
import { DeliveryQueue, type Errand } from './delivery-queue.js';
import type { EndpointRecord } from './endpoint.js';
import { EndpointStore } from './endpoint-store.js';
import { Lanes } from './lanes.js';
import { CallGivenBack, Sender, type CallOutcome } from './sender.js';

/** An errand may come this much before its time; earlier, and it is one that was taken over from a dead instance. */
const EARLY_MS = 500;
const GIVEN_UP = { level: 'warn', message: 'webhook given up' } as const;
/** How long a stop waits for the calls under way, and then for them to be given back. */
const FINISH_MS = 3_000;
const GIVE_BACK_MS = 2_000;

/** What a call has made of a delivery. */
const COUNTED_AS: Record<DeliveryStatus, WebhookOutcome> = {
  pending: 'retried',
  delivered: 'delivered',
  failed: 'failed',
  dropped: 'dropped',
};

/** Makes the calls: one attempt for each errand of the queue, until the receiver has taken the event or is given up. */
@Injectable()
export class Courier implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly lanes = new Lanes();
  private readonly retryDelaysMs: readonly number[];

  constructor(
    private readonly queue: DeliveryQueue,
    private readonly log: DeliveryLog,
    private readonly endpoints: EndpointStore,
    private readonly sender: Sender,
    private readonly metrics: Metrics,
    private readonly trail: Trail,
    @Inject('CONFIG') config: Config,
    @Inject('LOGGER') private readonly logger: Logger,
    pulse: Pulse,
  ) {
    this.retryDelaysMs = config.webhookRetryDelaysMs.map(Number);
    pulse.watch({ name: 'webhook-due', onDue: (groupId, id) => this.onOverdue(groupId, id) });
  }

  onApplicationBootstrap(): void {
    this.queue.start((errand) => this.run(errand));
  }

  /** Takes no further errand: this instance is on its way out. */
  async pause(): Promise<void> {
    await this.queue.pause();
  }

  /** Finishes the calls under way, or gives them back to the other instances. */
  async beforeApplicationShutdown(): Promise<void> {
    if (!(await this.queue.close(FINISH_MS))) {
      this.sender.stop();
      await this.queue.close(GIVE_BACK_MS);
    }
  }

  /** @returns when to come back, ms since the epoch; undefined if nothing is left to do */
  private async run(errand: Errand): Promise<number | undefined> {
    const { endpointId } = errand;
    const admission = this.lanes.enter(endpointId);
    if (admission.kind === 'full') {
      return Date.now() + admission.pauseMs;
    }
    let call: CallOutcome | undefined;
    try {
      return await this.attempt(errand, (outcome) => (call = outcome));
    } catch (error) {
      if (error instanceof CallGivenBack) {
        return Date.now();
      }
      throw error;
    } finally {
      this.lanes.leave(endpointId, call && { durationMs: call.durationMs, isDelivered: isDelivered(call) });
    }
  }

  private async attempt(errand: Errand, noteCall: (call: CallOutcome) => void): Promise<number | undefined> {
    const { groupId, endpointId, round } = errand;
    const [endpoint, delivery, body] = await Promise.all([
      this.endpoints.find(groupId, endpointId),
      this.log.find(errand),
      this.log.body(errand),
    ]);
    if (delivery?.status !== 'pending' || delivery.round !== round) {
      return undefined;
    }
    if (endpoint?.status !== 'active' || body === undefined) {
      await this.drop(errand, delivery.transactionId);
      return undefined;
    }
    if (dueAtOf(delivery) > Date.now() + EARLY_MS) {
      return dueAtOf(delivery);
    }
    const { eventId } = delivery;
    const secrets = this.endpoints.secretsOf(endpoint);
    const outcome = await this.sender.send({ url: endpoint.url, eventId, body, secrets });
    noteCall(outcome);
    return this.note(errand, endpoint, outcome);
  }

  private async note(
    errand: Errand,
    endpoint: EndpointRecord,
    outcome: CallOutcome,
  ): Promise<number | undefined> {
    const { round } = errand;
    const delivery = await this.log.change(errand, (current) =>
      afterAttempt(current, outcome, round, this.retryDelaysMs),
    );
    this.tell(errand, delivery, outcome);
    if (isGone(outcome)) {
      await this.disable(errand, endpoint);
    }
    return delivery?.status === 'pending' && delivery.round === round ? dueAtOf(delivery) : undefined;
  }

  /** Without body, signature or url: a url may hold what only its owner should know. */
  private tell(errand: Errand, delivery: DeliveryRecord | undefined, outcome: CallOutcome): void {
    const { groupId, endpointId, deliveryId } = errand;
    this.metrics.webhookCallDuration.of({}).observe(outcome.durationMs / 1000);
    if (delivery) {
      const { transactionId, eventId, eventType, status, tries } = delivery;
      const { at, statusCode, error: reason } = outcome;
      this.metrics.webhookDeliveries.of({ outcome: COUNTED_AS[status] }).add();
      const facts = { endpointId, deliveryId, eventId, eventType, tries, status, statusCode, reason };
      const line = status === 'failed' ? GIVEN_UP : undefined;
      this.trail.step('webhook', { groupId, transactionId }, Date.parse(at), facts, line);
    }
  }

  /** The receiver has said 410 Gone, for the url that it was called by. */
  private async disable({ groupId, endpointId }: Errand, { url }: EndpointRecord): Promise<void> {
    const after = await this.endpoints.change(groupId, endpointId, (current) =>
      current.status === 'active' && current.url === url
        ? {
            ...current,
            status: 'disabled',
            disabledReason: 'The endpoint answered 410 Gone',
            updatedAt: new Date().toISOString(),
          }
        : undefined,
    );
    if (after.status === 'disabled') {
      const dropped = await this.log.dropPending(groupId, endpointId);
      this.metrics.webhookDeliveries.of({ outcome: 'dropped' }).add(dropped);
      this.logger.warn({ groupId, endpointId, dropped }, 'webhook endpoint disabled: it answered 410');
    }
  }

  private async drop(errand: Errand, transactionId: string): Promise<void> {
    await this.log.change(errand, (delivery) =>
      delivery.status === 'pending' ? ended(delivery, 'dropped') : undefined,
    );
    const { groupId, endpointId, deliveryId } = errand;
    this.metrics.webhookDeliveries.of({ outcome: 'dropped' }).add();
    const ids = paymentIds({ groupId, transactionId });
    this.logger.info({ ...ids, endpointId, deliveryId }, 'webhook dropped: the endpoint is not active');
  }

  /** A delivery is long due. If the queue still has its errand, adding it once more changes nothing. */
  private async onOverdue(groupId: string, id: string): Promise<void> {
    const end = id.indexOf('\n');
    const ref = { groupId, endpointId: id.slice(0, end), deliveryId: id.slice(end + 1) };
    const delivery = await this.log.find(ref);
    if (delivery?.status === 'pending') {
      await this.queue.add({ ...ref, round: delivery.round }, dueAtOf(delivery));
    }
    await this.log.lookAgain(ref, delivery);
  }
}
