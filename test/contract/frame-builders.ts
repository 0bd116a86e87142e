import {
  asRecovered,
  errorFrame,
  forceDisconnectFrame,
  GatewayError,
  paymentCompleteHalves,
  paymentFrame,
  paymentResponseAckFrame,
  pongFrame,
  terminalsResponseFrame,
  type LongFrame,
  terminalStatusFrame,
  transactionResponseFrame,
  type ErrorExtras,
  type ErrorName,
} from '../../src/protocol/index.js';

/** A golden frame to a client. */
export interface OutboundGolden {
  name: string;
  build: keyof typeof BUILDERS;
  /** What the builder is given. */
  with?: unknown[];
  /** The frame, all of its members and no others. */
  frame?: object;
  /** The frame, byte for byte. */
  text?: string;
}

/** What a builder of two arguments is given, in one object. */
type Both<F extends (one: never, other: never) => unknown> = Parameters<F>[0] & Parameters<F>[1];

/** What a client reads of a long frame. */
export function longText({ head, body, tail }: LongFrame): string {
  return `${head}${body.toString()}${tail}`;
}

/** The builders that the gateway uses, by the names that the golden frames call them. */
export const BUILDERS = {
  pong: pongFrame,
  paymentResponseAck: paymentResponseAckFrame,
  forceDisconnect: forceDisconnectFrame,
  terminalsResponse: (terminals: object[]) =>
    longText(
      terminalsResponseFrame({ rows: Buffer.from(JSON.stringify(terminals)), count: terminals.length }),
    ),
  terminalStatus: terminalStatusFrame,
  payment: (head: Both<typeof paymentFrame>) => paymentFrame(head, head),
  paymentComplete: (head: Both<typeof paymentCompleteHalves>, response: object, version: number) => {
    const [before, after] = paymentCompleteHalves(head, head);
    return `${before}${JSON.stringify(response)}${after}${version}}`;
  },
  recovered: asRecovered,
  transactionResponse: transactionResponseFrame,
  error: (kind: ErrorName, extras?: ErrorExtras, context?: ErrorExtras) =>
    errorFrame(new GatewayError(kind, extras).toBody(context)),
};

/** The text of a golden frame. */
export function built(golden: OutboundGolden): string {
  const build = BUILDERS[golden.build] as (...args: unknown[]) => string;
  return build(...(golden.with ?? []));
}
