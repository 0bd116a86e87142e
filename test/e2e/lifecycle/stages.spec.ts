import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../../support/eventually.js';
import { posKey, startCluster, terminalKey, type Cluster } from '../../support/fixture.js';
import { newRequest, startPayment, transaction } from '../../support/payments.js';

const KEYS = [posKey('pos'), terminalKey('t1', 'TERM-001')];

let cluster: Cluster;
beforeAll(async () => {
  cluster = await startCluster({ instances: 2, keys: KEYS });
});
afterAll(() => cluster.close());

describe('stages of a payment', () => {
  it('are shown to a till that asks for them, in order of their versions', async () => {
    const pos = await cluster.pos('pos', { on: 0, headers: { 'x-extensions': 'progress' } });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    await pos.next((frame) => frame['stage'] === 'received');
    terminal.send({
      action: 'paymentProgress',
      transactionId,
      stage: 'WAITING_FOR_CARD',
      message: 'Insert card',
    });
    const told = await pos.next((frame) => frame['stage'] === 'WAITING_FOR_CARD');
    expect(told).toMatchObject({
      action: 'paymentStatus',
      transactionId,
      message: 'Insert card',
      version: 'v1',
    });
    terminal.respond(transactionId, 'SUCCESS');
    const result = await pos.result(transactionId);
    const stages = pos.all('paymentStatus');
    expect(stages.map((frame) => frame['stage'] as string)).toEqual([
      'accepted',
      'sent',
      'received',
      'WAITING_FOR_CARD',
    ]);
    const versions = [...stages, result].map((frame) => frame['transactionVersion'] as number);
    expect(versions).toEqual([...versions].sort((a, b) => a - b));
    await terminal.close();
  });

  it('are not shown to a till that did not ask', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1 });
    const request = newRequest();
    pos.pay('TERM-001', request);
    await pos.result(request.transactionId);
    expect(pos.all('paymentStatus')).toEqual([]);
    await terminal.close();
  });

  it('make up the timeline, each with its time and instance', async () => {
    const pos = await cluster.pos('pos', { on: 0 });
    const terminal = await cluster.terminal('t1', { on: 1, behaviour: 'silent' });
    const transactionId = await startPayment(pos, terminal, 'TERM-001');
    terminal.send({ action: 'paymentProgress', transactionId, stage: 'PIN' });
    await eventually(async () => {
      expect((await transaction(pos, transactionId))['delivery']).toBe('received');
    });
    terminal.respond(transactionId, 'SUCCESS');
    await pos.result(transactionId);
    await eventually(async () => {
      const { timeline } = (await transaction(pos, transactionId)) as unknown as {
        timeline: { event: string; at: string; instance: string }[];
      };
      expect(timeline.map(({ event }) => event).sort()).toEqual(
        ['accepted', 'claimed', 'sent', 'received', 'PIN', 'result', 'pushed', 'receipted'].sort(),
      );
      expect(timeline.every(({ at, instance }) => !Number.isNaN(Date.parse(at)) && instance !== '')).toBe(
        true,
      );
    });
  });
});
