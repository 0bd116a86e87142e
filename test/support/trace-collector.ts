import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

type Value = string | number | boolean;

/** A span as it came, with the instance that sent it. */
export interface SeenSpan {
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  name: string;
  instance: string;
  /** ms since the epoch. */
  from: number;
  to: number;
  isError: boolean;
  attributes: Record<string, Value>;
  /** Trace ids of its links. */
  links: string[];
}

/** A collector of traces: takes OTLP over HTTP in JSON, as its specification has it. */
export class TraceCollector {
  readonly spans: SeenSpan[] = [];
  /** Attributes of every resource that has sent spans. */
  readonly resources: Record<string, Value>[] = [];
  readonly paths = new Set<string>();
  /** The texts of all calls. */
  text = '';
  /** Off: calls are taken and never answered. */
  answers = true;
  calls = 0;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    const collector = new TraceCollector(server);
    server.on('request', (request, response) => void collector.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The spans of the payment. */
  of(transactionId: string): SeenSpan[] {
    const whole = this.spans.find(({ attributes }) => attributes['gateway.transactionId'] === transactionId);
    return this.spans.filter(({ traceId }) => traceId === whole?.traceId);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.calls += 1;
    const body = (await json(request)) as any;
    if (!this.answers) return;
    this.paths.add(request.url!);
    this.text += JSON.stringify(body);
    for (const { resource, scopeSpans } of body.resourceSpans) {
      const attributes = attributesOf(resource.attributes);
      this.resources.push(attributes);
      const instance = String(attributes['service.instance.id']);
      for (const { spans } of scopeSpans) {
        this.spans.push(...spans.map((span: any) => seen(span, instance)));
      }
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }
}

function seen(span: any, instance: string): SeenSpan {
  const {
    traceId,
    spanId,
    parentSpanId,
    name,
    startTimeUnixNano,
    endTimeUnixNano,
    status,
    links = [],
  } = span;
  return {
    traceId,
    spanId,
    parentSpanId,
    name,
    instance,
    from: Number(startTimeUnixNano) / 1e6,
    to: Number(endTimeUnixNano) / 1e6,
    isError: status?.code === 2,
    attributes: attributesOf(span.attributes),
    links: links.map((link: any) => link.traceId as string),
  };
}

function attributesOf(list: { key: string; value: Record<string, Value> }[] = []): Record<string, Value> {
  return Object.fromEntries(list.map(({ key, value }) => [key, Object.values(value)[0]!]));
}
