import { describe, expect, it } from 'vitest';
import { ApiFailure, failureOf, wordsOf } from './failure.js';

describe('the words for a failed call', () => {
  it.each([
    [new ApiFailure(0, '', 'no answer'), /can not be reached/],
    [failureOf(429, { code: 'RATE_LIMITED' }, '12'), /in 12 seconds/],
    [failureOf(429, { code: 'RATE_LIMITED' }, '1'), /in 1 second\./],
    [failureOf(429, { code: 'RATE_LIMITED' }, null), /in a minute/],
    [failureOf(503, { code: 'STORE_UNAVAILABLE', message: 'x' }, '1'), /store \(Redis\)/],
    [failureOf(503, { code: 'DRAINING' }, '1'), /shutting down/],
    [failureOf(409, { code: 'X', message: 'This key exists' }, null), /^This key exists$/],
    [failureOf(502, {}, null), /HTTP status 502/],
    [new TypeError('undefined is not a function'), /Reload/],
  ])('%s', (failure, words) => expect(wordsOf(failure)).toMatch(words));

  it('names every field that was wrong', () => {
    const details = [
      { field: 'id', message: 'id must be text' },
      { field: 'groupId', message: 'groupId is required' },
    ];
    const failure = failureOf(
      400,
      { code: 'VALIDATION_FAILED', message: 'Validation failed', details },
      null,
    );
    expect(wordsOf(failure)).toBe('id must be text. groupId is required');
  });
});
