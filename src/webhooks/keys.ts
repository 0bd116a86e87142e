import { PresenceKeys } from '../presence/index.js';
import { partitionOf } from '../redis/index.js';

/**
 * Names of everything that webhooks keep in the store beside the queue. All of a group lie in its partition.
 *
 * | key | type | content |
 * |---|---|---|
 * | `webhooks:<group>` | hash | endpoint id → endpoint (JSON) |
 * | `webhook-groups` | zset, all scores 0 | groups that have an endpoint |
 * | `webhook-deliveries:<endpoint>` | hash | delivery id → delivery (JSON) |
 * | `webhook-bodies:<endpoint>` | hash | delivery id → body of its calls |
 * | `webhook-log:<endpoint>` | zset | delivery id → when it was made, ms |
 * | `webhook-ended:<endpoint>` | zset | delivery id → when it ended, ms |
 * | `webhook-due` | zset | `group\nendpoint\ndelivery` of a pending delivery → when to look whether the queue still has it, ms |
 */
export class WebhookKeys {
  private readonly names: PresenceKeys;

  constructor(prefix: string) {
    this.names = new PresenceKeys(prefix);
  }

  groups(partition: number): string {
    return this.names.of(partition, 'webhook-groups');
  }

  endpoints(groupId: string) {
    const partition = partitionOf(groupId);
    return { endpoints: this.names.of(partition, `webhooks:${groupId}`), groups: this.groups(partition) };
  }

  deliveries(groupId: string, endpointId: string) {
    const partition = partitionOf(groupId);
    return {
      deliveries: this.names.of(partition, `webhook-deliveries:${endpointId}`),
      bodies: this.names.of(partition, `webhook-bodies:${endpointId}`),
      log: this.names.of(partition, `webhook-log:${endpointId}`),
      ended: this.names.of(partition, `webhook-ended:${endpointId}`),
      due: this.names.of(partition, 'webhook-due'),
    };
  }
}
