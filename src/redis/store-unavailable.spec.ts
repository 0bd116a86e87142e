import { describe, expect, it } from 'vitest';
import { asStoreError, StoreUnavailable } from './store-unavailable.js';

const outcomeOf = (message: string) => {
  const error = asStoreError(new Error(message));
  return error instanceof StoreUnavailable ? error.outcome : 'fault of ours';
};

describe('asStoreError', () => {
  it.each([
    "Stream isn't writeable and enableOfflineQueue options is false",
    'LOADING Redis is loading the dataset in memory',
    "READONLY You can't write against a read only replica.",
    'CLUSTERDOWN The cluster is down',
  ])('is sure that nothing was executed: %s', (message) => {
    expect(outcomeOf(message)).toBe('not-executed');
  });

  it.each(['Command timed out', 'Connection is closed.', 'read ECONNRESET'])('cannot know: %s', (message) => {
    expect(outcomeOf(message)).toBe('unknown');
  });

  it.each(['ERR wrong number of arguments', 'WRONGTYPE Operation against a key'])(
    'is no excuse: %s',
    (message) => {
      expect(outcomeOf(message)).toBe('fault of ours');
    },
  );
});
