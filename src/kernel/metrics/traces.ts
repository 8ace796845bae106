import { type Attributes, context, propagation, type Span, SpanStatusCode, trace } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { BatchSpanProcessor, NodeTracerProvider } from '@opentelemetry/sdk-trace-node';

const tracer = trace.getTracer('banyan');

/**
 * Sends spans to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names (OpenTelemetry's own setting); without it nothing is
 * recorded and a span costs next to nothing. Incoming `traceparent` headers are continued.
 */
export function startTraces(): { stop(): Promise<void> } {
  if (process.env.OTEL_EXPORTER_OTLP_ENDPOINT === undefined) return { stop: async () => {} };
  const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
  provider.register();
  return { stop: () => provider.shutdown() };
}

/** Runs the work within a span; attributes never hold personal data. */
export function traced<T>(name: string, attributes: Attributes, work: () => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work();
    } catch (error) {
      fail(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A span for something that ends elsewhere, e.g. a request; `headers` may carry the caller's trace. */
export function beginSpan(name: string, headers: Record<string, unknown>): Span {
  return tracer.startSpan(name, {}, propagation.extract(context.active(), headers));
}

function fail(span: Span, error: unknown): void {
  span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).name });
}
