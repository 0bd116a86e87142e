import { KeyConflict } from '../keys/index.js';
import { GatewayError, validationFailed } from '../protocol/index.js';

/**
 * The result of work on keys, with what cannot be done told in the words of the catalogue.
 * @throws GatewayError `VALIDATION_FAILED`, `KEY_NOT_FOUND`, `KEY_CONFLICT`
 */
export async function known<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof KeyConflict ? asGatewayError(error) : error;
  }
}

function asGatewayError({ trouble, message }: KeyConflict): GatewayError {
  switch (trouble) {
    case 'name':
      // It begins with the name of the field.
      return validationFailed([{ field: message.split(' ', 1)[0]!, message }]);
    case 'unknown':
      return new GatewayError('KEY_NOT_FOUND', { message });
    case 'conflict':
      return new GatewayError('KEY_CONFLICT', { message });
  }
}
