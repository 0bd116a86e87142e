import {
  isSpanContextValid,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Link,
  type SpanContext,
  type Tracer,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import {
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  RandomIdGenerator,
  SamplingDecision,
  TraceIdRatioBasedSampler,
  TracerProvider,
  type IdGenerator,
  type ReadableSpan,
  type SpanExporter,
} from '@opentelemetry/sdk-trace';
import { GATEWAY_VERSION, type Config } from '../config/index.js';
import { redactText, type Logger } from '../logging/index.js';
import type { Facts, Span, Spans } from './span.js';

/** Spans that wait for the collector, at the most; further ones are dropped. About 1 KiB each. */
const MOST_WAITING = 8_192;
const BATCH = 512;
const DELAY_MS = 1_000;
/** How long a stop waits for the last spans to be taken. */
const STOP_MS = 2_000;
/** `ExportResultCode.SUCCESS` of a package that is not ours to import. */
const SUCCESS = 0;

type ExportDone = Parameters<SpanExporter['export']>[1];

/** Sends spans to a collector by OTLP over HTTP, in JSON. The exporter reads the usual `OTEL_EXPORTER_OTLP_*` by itself. */
export class Collector implements Spans {
  private readonly ids = new GivenIds();
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;
  private readonly sampler: TraceIdRatioBasedSampler;

  constructor(config: Config, logger: Logger) {
    this.sampler = new TraceIdRatioBasedSampler(ratioOf(config));
    const exporter = new WatchedExporter(new OTLPTraceExporter(), logger);
    this.provider = new TracerProvider({
      resource: resourceFor(config),
      idGenerator: this.ids,
      spanProcessors: [
        new BatchSpanProcessor({
          exporter,
          maxQueueSize: MOST_WAITING,
          maxExportBatchSize: BATCH,
          scheduledDelayMillis: DELAY_MS,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('terminal-gateway', GATEWAY_VERSION);
  }

  /** By the trace id alone, so that all instances keep or leave the same payments. */
  keeps(traceId: string): boolean {
    return this.sampler.shouldSample(ROOT_CONTEXT, traceId).decision !== SamplingDecision.NOT_RECORD;
  }

  add({ traceId, spanId, parentId, name, from, to, facts, isError, link }: Span): void {
    this.ids.next = { traceId, spanId };
    const parent = parentId === undefined ? ROOT_CONTEXT : within({ traceId, spanId: parentId });
    const kind = name === 'webhook' ? SpanKind.CLIENT : SpanKind.INTERNAL;
    const options = { startTime: from, attributes: attributesOf(facts), links: linksTo(link), kind };
    const span = this.tracer.startSpan(name, options, parent);
    if (isError) {
      span.setStatus({ code: SpanStatusCode.ERROR });
    }
    span.end(Math.max(from, to));
  }

  async stop(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    await Promise.race([this.provider.shutdown().catch(() => {}), late]);
  }
}

/** Ids that follow from the payment, where they do; else random ones. */
class GivenIds implements IdGenerator {
  next: { traceId: string; spanId: string | undefined } = { traceId: '', spanId: undefined };
  private readonly random = new RandomIdGenerator();

  generateTraceId = (): string => this.next.traceId;
  generateSpanId = (): string => this.next.spanId ?? this.random.generateSpanId();
}

/** An outage of the collector is one line when it begins and one when it ends. */
class WatchedExporter implements SpanExporter {
  private isFailing = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly logger: Logger,
  ) {}

  export(spans: ReadableSpan[], done: ExportDone): void {
    this.exporter.export(spans, (result) => {
      this.note((result.code as number) === SUCCESS, result.error);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  forceFlush(): Promise<void> {
    return this.exporter.forceFlush?.() ?? Promise.resolve();
  }

  private note(isTaken: boolean, error: Error | undefined): void {
    if (!isTaken && !this.isFailing) {
      this.logger.warn({ err: error }, 'traces can not be sent, they are dropped');
    } else if (isTaken && this.isFailing) {
      this.logger.info('traces are sent again');
    }
    this.isFailing = !isTaken;
  }
}

function ratioOf({ tracesSampler, tracesSamplerRatio }: Config): number {
  if (tracesSampler.endsWith('ratio')) {
    return tracesSamplerRatio;
  }
  return tracesSampler.endsWith('always_on') ? 1 : 0;
}

function resourceFor({ instanceId }: Config) {
  const own = {
    'service.name': 'terminal-gateway',
    'service.version': GATEWAY_VERSION,
    'service.instance.id': instanceId,
  };
  const environment = detectResources({ detectors: [envDetector] });
  return defaultResource().merge(resourceFromAttributes(own)).merge(environment);
}

function within(parent: Omit<SpanContext, 'traceFlags'>) {
  return trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceFlags: TraceFlags.SAMPLED, isRemote: true });
}

function attributesOf(facts: Facts): Record<string, string | number | boolean> {
  const attributes: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(facts)) {
    if (value !== undefined) {
      attributes[`gateway.${name}`] = typeof value === 'string' ? redactText(value) : value;
    }
  }
  return attributes;
}

const TRACEPARENT = /^[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})/;

/** Something that is no `traceparent` is ignored, as W3C Trace Context asks. */
function linksTo(traceparent: string | undefined): Link[] {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(traceparent ?? '') ?? [];
  const caller = { traceId, spanId, traceFlags: parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(caller) ? [{ context: caller }] : [];
}
