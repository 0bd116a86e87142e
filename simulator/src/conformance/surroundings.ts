import type { LatePolicy } from '../gateway/target.js';
import type { WebhookReceiver } from '../wire/webhook-receiver.js';
import type { Asked } from './contract.js';
import type { Layer } from './layers.js';
import type { Transcript } from './transcript.js';

/** What the devices of one scenario have in common. */
export interface Surroundings {
  urls: readonly string[];
  /** How long a frame may take that is due at once, in ms. */
  patienceMs: number;
  highest: Layer;
  latePolicy: LatePolicy;
  /** Where the gateway may call us; only a gateway of our own may. */
  receiver: WebhookReceiver | undefined;
  transcript: Transcript;
  /** Every payment that was asked for. */
  asked: Asked[];
}
