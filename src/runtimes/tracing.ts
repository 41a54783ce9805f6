// OpenTelemetry traces, where OTEL_EXPORTER_OTLP_ENDPOINT names a collector; otherwise trace contexts just travel on.
import { InputError } from '../domain/input-error.ts';
import { TRACEPARENT } from '../domain/traceparent.ts';

export type SpanAttributes = Readonly<Record<string, string | number>>;

export type OpenSpan = {
  /** W3C trace context for what is caused by this span; undefined where there is no trace. */
  readonly traceparent: string | undefined;
  end(attributes: SpanAttributes, error?: Error): void;
};

export type Tracing = {
  /** `parent` is a W3C traceparent; one that is not well-formed counts as none, as the standard asks. */
  begin(name: string, kind: 'server' | 'consumer', parent: string | undefined, startMs: number): OpenSpan;
  /** Sends what has not been sent yet. */
  close(): Promise<void>;
};

const NO_TRACING: Tracing = {
  begin: (_name, _kind, parent) => ({
    traceparent: parent !== undefined && TRACEPARENT.test(parent) ? parent : undefined,
    end: () => undefined,
  }),
  close: async () => undefined,
};

/**
 * Reads the standard variables OTEL_EXPORTER_OTLP_ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS and OTEL_TRACES_SAMPLER_ARG
 * (share of the traces begun here that are kept; a caller's choice is followed). At most 2,048 spans wait to be
 * sent; while the collector is away, newer ones are dropped.
 */
export async function openTracing(
  service: string,
  env: Readonly<Record<string, string | undefined>>,
  onNotice: (message: string) => void,
): Promise<Tracing> {
  if (!env.OTEL_EXPORTER_OTLP_ENDPOINT) return NO_TRACING;
  const share = Number(env.OTEL_TRACES_SAMPLER_ARG ?? 1);
  if (!(share >= 0 && share <= 1)) {
    throw new InputError(
      `OTEL_TRACES_SAMPLER_ARG is "${env.OTEL_TRACES_SAMPLER_ARG}"; it must be from 0 to 1.`,
    );
  }
  // Loaded where it is used alone: it is larger than the rest of a worker.
  const api = await import('@opentelemetry/api');
  const sdk = await import('@opentelemetry/sdk-trace');
  const { OTLPTraceExporter } = await import('@opentelemetry/exporter-trace-otlp-http');
  const { resourceFromAttributes } = await import('@opentelemetry/resources');
  let lastTrouble = '';
  const trouble = (message: string): void => {
    if (message !== lastTrouble) onNotice(`traces: ${message}`);
    lastTrouble = message;
  };
  const silent = (): void => undefined;
  api.diag.setLogger(
    { error: trouble, warn: trouble, info: silent, debug: silent, verbose: silent },
    { logLevel: api.DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      'service.namespace': 'goshawk',
      'service.name': `goshawk-${service}`,
    }),
    sampler: new sdk.ParentBasedSampler({ root: new sdk.TraceIdRatioBasedSampler(share) }),
    spanProcessors: [
      new sdk.BatchSpanProcessor({ exporter: new OTLPTraceExporter(), scheduledDelayMillis: 1000 }),
    ],
  });
  const tracer = provider.getTracer('goshawk');
  const kinds = { server: api.SpanKind.SERVER, consumer: api.SpanKind.CONSUMER };
  return {
    begin(name, kind, parent, startMs) {
      const [, traceId, spanId, flags] = TRACEPARENT.exec(parent ?? '') ?? [];
      const context =
        traceId === undefined
          ? api.ROOT_CONTEXT
          : api.trace.setSpanContext(api.ROOT_CONTEXT, {
              traceId,
              spanId,
              traceFlags: Number.parseInt(flags, 16),
              isRemote: true,
            });
      const span = tracer.startSpan(name, { kind: kinds[kind], startTime: startMs }, context);
      const own = span.spanContext();
      return {
        traceparent: `00-${own.traceId}-${own.spanId}-${own.traceFlags.toString(16).padStart(2, '0')}`,
        end(attributes, error) {
          span.setAttributes(attributes);
          if (error) span.setStatus({ code: api.SpanStatusCode.ERROR, message: error.message });
          span.end();
        },
      };
    },
    close: () => provider.shutdown(),
  };
}
