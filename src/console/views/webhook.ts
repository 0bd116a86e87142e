/** One webhook endpoint of any group. */
export interface EndpointView {
  groupId: string;
  endpointId: string;
  url: string;
  events: string[];
  status: 'active' | 'disabled';
  disabledReason?: string;
  description?: string;
  createdAt: string;
  updatedAt: string;
}

/** `GET /console/api/webhooks?after=`: those of one group together; `next` is the cursor of the following page. */
export interface EndpointsView {
  endpoints: EndpointView[];
  next?: string;
}

/** One delivery of an event to an endpoint; never the body that was sent. */
export interface DeliveryView {
  deliveryId: string;
  eventId: string;
  eventType: string;
  transactionId: string;
  status: 'pending' | 'delivered' | 'failed' | 'dropped';
  attempts: { at: string; statusCode?: number; error?: string; durationMs: number }[];
  nextAttemptAt?: string;
  createdAt: string;
  updatedAt: string;
}

/**
 * `GET /console/api/webhooks/{groupId}/{endpointId}/deliveries?status=`, newest first. `POST …/deliveries/{deliveryId}/redeliver`
 * answers with one.
 */
export interface DeliveriesView {
  deliveries: DeliveryView[];
}
