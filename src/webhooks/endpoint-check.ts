import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { GatewayError } from '../protocol/index.js';
import { NOT_PUBLIC } from './call-failure.js';
import { Sender, type CallOutcome } from './sender.js';

/** Decides whether a url may be called at all, and whether somebody is there who answers. */
@Injectable()
export class EndpointCheck {
  constructor(private readonly sender: Sender) {}

  /**
   * Makes a signed test call, event `endpoint.validation`.
   * @throws GatewayError `ENDPOINT_VALIDATION_FAILED` that says what to change
   */
  async check(url: string, endpointId: string, secrets: readonly string[]): Promise<void> {
    assertCallable(url);
    const eventId = randomUUID();
    const timestamp = new Date().toISOString();
    const body = JSON.stringify({
      eventType: 'endpoint.validation',
      eventId,
      timestamp,
      data: { endpointId },
    });
    const problem = problemOf(await this.sender.send({ url, eventId, body, secrets }));
    if (problem !== undefined) {
      throw refused(problem);
    }
  }
}

function assertCallable(text: string): void {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw refused('url must be an https URL');
  }
  if (url.protocol !== 'https:') {
    throw refused('url must be an https URL');
  }
  if (url.username !== '' || url.password !== '') {
    throw refused('url must not contain a user name or password');
  }
}

function problemOf({ statusCode = 0, error }: CallOutcome): string | undefined {
  if (error === NOT_PUBLIC) {
    return 'url must lead to a public address, unless the operator of the gateway allows its host';
  }
  if (error !== undefined) {
    return `The test call to url was not answered: ${error}`;
  }
  if (statusCode >= 300 && statusCode < 400) {
    return `The test call to url was answered with status ${statusCode}: redirects are not followed`;
  }
  return statusCode >= 200 && statusCode < 300
    ? undefined
    : `The test call to url was answered with status ${statusCode}: any 2xx is expected`;
}

function refused(message: string): GatewayError {
  return new GatewayError('ENDPOINT_VALIDATION_FAILED', { message });
}
