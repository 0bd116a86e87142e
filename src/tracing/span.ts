/** What is known of a hop, beside its ids. Others may have chosen the texts: they are masked before they leave. */
export type Facts = Readonly<Record<string, string | number | boolean | undefined>>;

/** A hop of a payment that is over. */
export interface Span {
  /** 32 and 16 hexadecimal digits; the span id of a hop that nothing hangs on is made up. */
  traceId: string;
  spanId?: string;
  /** Absent for the payment as a whole. */
  parentId?: string;
  name: string;
  /** ms since the epoch. */
  from: number;
  to: number;
  facts: Facts;
  isError?: boolean;
  /** W3C `traceparent` of the caller that led to it. */
  link?: string | undefined;
}

/** Where spans go. */
export interface Spans {
  /** Whether the spans of a trace are kept; the same on every instance. */
  keeps(traceId: string): boolean;
  /** Never throws, never waits: what finds no room is dropped. */
  add(span: Span): void;
  /** Sends what is still there, for at the most a moment. */
  stop(): Promise<void>;
}
