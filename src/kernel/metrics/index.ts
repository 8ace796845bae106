import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

const exporter = new PrometheusExporter({ preventServerStart: true });
const provider = new MeterProvider({ readers: [exporter] });

/**
 * Counters and gauges of the program, by OpenTelemetry; read by Prometheus at /metrics. Labels never hold personal data.
 * From the provider itself: an instrument that is asked of the API before a provider is installed counts nothing, ever.
 */
export const meter = provider.getMeter('banyan');

export interface Metrics {
  /** The text that Prometheus reads. */
  render(): Promise<string>;
}

/** Installs the provider for what libraries measure, too. */
export function startMetrics(): Metrics {
  metrics.setGlobalMeterProvider(provider);
  const serializer = new PrometheusSerializer();
  return {
    async render() {
      const { resourceMetrics } = await exporter.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}

export { beginSpan, startTraces, traced } from './traces.ts';
