import { describe, expect, it } from 'vitest';
import { describeError } from './logger.js';

describe('describeError', () => {
  it('keeps kind, message, stack and cause, and drops what else hangs on an error', () => {
    const cause = Object.assign(new Error('ERR script'), { command: { args: ['4111111111111111'] } });
    const text = JSON.stringify(describeError(new TypeError('went wrong', { cause })));
    expect(text).toContain('"type":"TypeError","message":"went wrong"');
    expect(text).toContain('ERR script');
    expect(text).not.toContain('4111111111111111');
  });

  it('says something of anything that was thrown', () => {
    expect(describeError('text')).toEqual({ type: 'string', message: 'text' });
    expect(describeError(undefined)).toEqual({ type: 'undefined', message: 'undefined' });
  });
});
