import { describe, expect, it } from 'vitest';
import { WebSocket, type ClientOptions } from 'ws';
import { ClientAction, ServerAction } from '../../src/protocol/index.js';
import { asyncApi, clientComplaints, serverComplaints } from '../../test/support/document-schemas.js';
import { eventually } from '../../test/support/eventually.js';
import type { FinalResponse, PaymentContext, WebSocketClass } from '../src/index.js';
import { order, useShop } from './shop.js';
import { Types, type Shape } from './types.js';

/** A schema with everything that it refers to put in its place. */
function flat(schema: any): any {
  const { $ref, allOf = [], ...own } = schema;
  const target = $ref === undefined ? {} : flat(at($ref as string));
  return [target, ...allOf.map(flat)].reduce(
    (sum, part) => ({
      ...part,
      ...sum,
      properties: { ...part.properties, ...sum.properties },
      required: [...(sum.required ?? []), ...(part.required ?? [])],
    }),
    own,
  );
}

function at(pointer: string): any {
  const steps = pointer.replace('#/', '').split('/');
  return steps.reduce((value, step) => value[step], asyncApi);
}

function shapeOf(schema: any): Shape {
  const { properties, required } = flat(schema);
  const members = Object.entries<any>(properties).map(([name, member]) => {
    const { enum: list, const: only, anyOf } = flat(member);
    // A member that may be null, too, has its texts one step deeper.
    const texts = list ?? (anyOf && flat(anyOf[0]).enum) ?? (typeof only === 'string' ? [only] : undefined);
    return [`${name}${required.includes(name) ? '' : '?'}`, texts ? [...texts].sort() : 'anything'];
  });
  return Object.fromEntries(members) as Shape;
}

function payload(way: string, action: string): Shape {
  const { action: _, ...others } = shapeOf(asyncApi.components.messages[`${way}.${action}`].payload);
  return others;
}

/** Texts that the types leave open, although the document lists them: a newer gateway may know more. */
function loose(shape: Shape, names: readonly string[]): Shape {
  return Object.fromEntries(
    Object.entries(shape).map(([name, texts]) => [name, names.includes(name) ? 'anything' : texts]),
  );
}

const LEFT_OPEN = ['error', 'code', 'currency', 'currency?'];

describe('the types', { timeout: 60_000 }, () => {
  const types = new Types('client/src/frames.ts');

  it.each(['fromClient', 'toClient'])('have every message %s', (way) => {
    const frames = types.members(types.named(way === 'toClient' ? 'ServerFrames' : 'ClientFrames'));
    const { paymentComplete: _alias, ...sent } = ClientAction;
    expect([...frames.keys()].sort()).toEqual(Object.keys(way === 'toClient' ? ServerAction : sent).sort());
    for (const [action, type] of frames) {
      expect(types.shape(type), action).toEqual(loose(payload(way, action), LEFT_OPEN));
    }
  });

  it.each([
    ['PaymentRequest', 'PaymentRequest'],
    ['AcceptedPaymentRequest', 'AcceptedPaymentRequest'],
    ['PaymentResponse', 'PaymentResponse'],
    ['StoredResponse', 'PaymentResult'],
    ['Transaction', 'Transaction'],
    ['TerminalEntry', 'Terminal'],
  ])('have %s as the document has it', (name, schema) => {
    const documented = loose(shapeOf({ $ref: `#/components/schemas/${schema}` }), LEFT_OPEN);
    expect(types.shape(types.named(name))).toEqual(documented);
  });
});

const shop = useShop();

/** A class of sockets that keeps every frame of either way. */
function witness() {
  const sent: any[] = [];
  const received: any[] = [];
  class Witness extends WebSocket {
    constructor(url: string, options: ClientOptions) {
      super(url, options);
      this.on('message', (data: Buffer) => void received.push(JSON.parse(data.toString())));
    }

    override send(data: never): void {
      sent.push(JSON.parse(data));
      super.send(data);
    }
  }
  return { sent, received, webSocket: Witness as unknown as WebSocketClass };
}

describe('what is said', () => {
  it('is what the document describes, each way', async () => {
    const { sent, received, webSocket } = witness();
    const count = (action: string) => received.filter((frame) => frame.action === action).length;
    let approve!: () => void;
    const onPayment = (_payment: unknown, { progress }: PaymentContext) => {
      progress('WAITING_FOR_CARD');
      return new Promise<FinalResponse>((resolve) => (approve = () => resolve({ status: 'SUCCESS' })));
    };
    await shop()
      .terminal({ webSocket, onPayment, onVoid: () => {} })
      .connect();
    const pos = shop().pos({ webSocket, extensions: ['progress'], autoAck: true });

    const paying = pos.pay(order());
    await eventually(() => count('payment') === 1);
    shop().terminalLine.cut();
    await eventually(() => count('paymentInquiry') === 1);
    const { transactionId } = received.find(({ action }) => action === 'payment');
    const cancelling = pos.cancel(transactionId);
    await eventually(() => count('cancelPayment') === 1);
    approve();
    expect(await cancelling).toBe('TOO_LATE');
    expect(await paying).toMatchObject({ status: 'SUCCESS' });
    await pos.transaction(transactionId);
    await pos.terminals({ includeOffline: true });

    const givenUp = pos.pay(order());
    await eventually(() => count('payment') === 2);
    shop().terminalLine.refuse();
    expect(await givenUp).toMatchObject({ status: 'FAILED' });
    approve();
    shop().terminalLine.heal();
    await eventually(() => count('paymentVoided') === 1);

    await expect(pos.pay(order('10.10', 'nowhere'))).rejects.toThrow();
    await shop().pos({ webSocket }).connect();
    await eventually(() => count('forceDisconnect') === 1);

    for (const frame of sent) expect(clientComplaints(frame.action, frame), frame.action).toEqual([]);
    for (const frame of received) expect(serverComplaints(frame.action, frame), frame.action).toEqual([]);
    const { paymentComplete: _alias, paymentUnknown: _rare, ...said } = ClientAction;
    expect(new Set(sent.map(({ action }) => action))).toEqual(new Set(Object.keys(said)));
    expect(new Set(received.map(({ action }) => action))).toEqual(new Set(Object.keys(ServerAction)));
  });
});
