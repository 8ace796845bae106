import { metrics } from '@opentelemetry/api';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';

/** Counters and gauges of the program, by OpenTelemetry; read by Prometheus at /metrics. Labels never hold personal data. */
export const meter = metrics.getMeter('banyan');

export interface Metrics {
  /** The text that Prometheus reads. */
  render(): Promise<string>;
}

/** Installs the meter; instruments made before come alive with it. */
export function startMetrics(): Metrics {
  const exporter = new PrometheusExporter({ preventServerStart: true });
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [exporter] }));
  const serializer = new PrometheusSerializer();
  return {
    async render() {
      const { resourceMetrics } = await exporter.collect();
      return serializer.serialize(resourceMetrics);
    },
  };
}

export { beginSpan, startTraces, traced } from './traces.ts';
