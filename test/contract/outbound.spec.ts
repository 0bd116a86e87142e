import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Close, ERRORS, FORCE_DISCONNECT, GatewayError, type ErrorName } from '../../src/protocol/index.js';
import { built, BUILDERS, type OutboundGolden } from './frame-builders.js';
import closes from './frames/closes.json' with { type: 'json' };
import errors from './frames/errors.json' with { type: 'json' };
import outbound from './frames/outbound.json' with { type: 'json' };

/**
 * Golden frames to clients, made by the builders that the gateway uses, and the tables of errors and close codes. They are
 * the contract: changing one is a change of the protocol, not a repair of a test.
 */

beforeEach(() => {
  vi.useFakeTimers({ now: new Date('2026-01-15T10:30:00.000Z') });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a frame to a client', () => {
  it.each(outbound as OutboundGolden[])('$name', (golden) => {
    const text = built(golden);
    if (golden.text === undefined) expect(JSON.parse(text)).toEqual(golden.frame);
    else expect(text).toBe(golden.text);
  });

  it('is there for every builder', () => {
    const built = new Set((outbound as OutboundGolden[]).map(({ build }) => build));
    expect([...built].sort()).toEqual(Object.keys(BUILDERS).sort());
  });
});

describe('the table of errors', () => {
  it('has exactly these rows', () => {
    expect(Object.keys(ERRORS).sort()).toEqual(Object.keys(errors).sort());
  });

  it.each(Object.entries(errors))('%s', (name, [status, error, message, code]) => {
    const refusal = new GatewayError(name as ErrorName);
    expect(refusal.status).toBe(status);
    expect(refusal.toBody()).toEqual({ error, message, code, timestamp: '2026-01-15T10:30:00.000Z' });
  });

  it('never shows what caused an error', () => {
    const cause = new Error('password=hunter2');
    const body = new GatewayError('INTERNAL_ERROR', {}, { cause }).toBody();
    expect(JSON.stringify(body)).not.toContain('hunter2');
  });
});

describe('the table of close codes', () => {
  it('says for each whether to come back', () => {
    const table = Object.entries(Close).map(([name, { code, reconnect }]) => [name, [code, reconnect]]);
    expect(Object.fromEntries(table)).toEqual(closes);
  });

  it('gives each forced disconnect its close', () => {
    const codes = Object.entries(FORCE_DISCONNECT).map(([reason, { close }]) => [reason, close.code]);
    const expected = { NEW_CONNECTION: 4001, API_KEY_REVOKED: 4003, SERVER_SHUTDOWN: 1012 };
    expect(Object.fromEntries(codes)).toEqual(expected);
  });

  it('has reasons that fit into a close frame', () => {
    expect(Object.values(Close).filter(({ reason }) => Buffer.byteLength(reason) > 123)).toEqual([]);
  });
});
