import {
  ArrayNotEmpty,
  ArrayUnique,
  IsArray,
  IsIn,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { WEBHOOK_EVENT_TYPES, type WebhookEventType } from '../webhook-events.js';

const URL_RULE = { message: '$property must be a string of 1 to 2048 characters' };
const EVENTS_RULE = {
  message: `$property must be an array, without repetitions, of ${WEBHOOK_EVENT_TYPES.join(', ')}`,
};
const STATUSES = ['active', 'disabled'] as const;
const LONGEST_OVERLAP_S = 7 * 86_400;

/** Other than `IsOptional`, this does not let null pass. */
export const IfPresent = () => ValidateIf((_dto, value) => value !== undefined);

/** What may be said about an endpoint whenever it is made or changed; null takes it away. */
class EndpointNotesDto {
  @IsOptional()
  @IsString()
  @MaxLength(512)
  description?: string | null;

  @IsOptional()
  @IsObject()
  metadata?: object | null;
}

/** `POST /v1/webhooks/endpoints` */
export class CreateEndpointDto extends EndpointNotesDto {
  @IsString(URL_RULE)
  @Length(1, 2048, URL_RULE)
  url!: string;

  @IsArray(EVENTS_RULE)
  @ArrayNotEmpty(EVENTS_RULE)
  @ArrayUnique(EVENTS_RULE)
  @IsIn(WEBHOOK_EVENT_TYPES, { each: true, ...EVENTS_RULE })
  events!: WebhookEventType[];
}

/** `PUT /v1/webhooks/endpoints/{endpointId}`; what is absent stays. */
export class UpdateEndpointDto extends EndpointNotesDto {
  @IfPresent()
  @IsString(URL_RULE)
  @Length(1, 2048, URL_RULE)
  url?: string;

  @IfPresent()
  @IsArray(EVENTS_RULE)
  @ArrayNotEmpty(EVENTS_RULE)
  @ArrayUnique(EVENTS_RULE)
  @IsIn(WEBHOOK_EVENT_TYPES, { each: true, ...EVENTS_RULE })
  events?: WebhookEventType[];

  @IfPresent()
  @IsIn(STATUSES, { message: `$property must be one of ${STATUSES.join(', ')}` })
  status?: (typeof STATUSES)[number];
}

/** `POST /v1/webhooks/endpoints/{endpointId}/rotate-secret` */
export class RotateSecretDto {
  /** How long the old secret signs too. */
  @IfPresent()
  @IsInt({ message: `$property must be an integer from 0 to ${LONGEST_OVERLAP_S}` })
  @Min(0, { message: `$property must be an integer from 0 to ${LONGEST_OVERLAP_S}` })
  @Max(LONGEST_OVERLAP_S, { message: `$property must be an integer from 0 to ${LONGEST_OVERLAP_S}` })
  overlapSeconds?: number;
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed', 'dropped'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];
export const MOST_LISTED_DELIVERIES = 1_000;

/** The query of `GET /v1/webhooks/endpoints/{endpointId}/deliveries`. */
export class ListDeliveriesDto {
  @IfPresent()
  @IsInt({ message: `$property must be an integer from 1 to ${MOST_LISTED_DELIVERIES}` })
  @Min(1, { message: `$property must be an integer from 1 to ${MOST_LISTED_DELIVERIES}` })
  @Max(MOST_LISTED_DELIVERIES, {
    message: `$property must be an integer from 1 to ${MOST_LISTED_DELIVERIES}`,
  })
  limit?: number;

  @IfPresent()
  @IsIn(DELIVERY_STATUSES, { message: `$property must be one of ${DELIVERY_STATUSES.join(', ')}` })
  status?: DeliveryStatus;
}
