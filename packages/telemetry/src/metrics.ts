import type { Labels, MetricOptions, MetricsRegister } from '@reverie/core'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

export interface MetricsOptions {
  /** Memory, CPU, event loop lag and garbage collection of this process. Default true. */
  readonly processMetrics?: boolean
}

/** Metrics of one process and their Prometheus text. */
export interface Metrics {
  readonly register: MetricsRegister
  /** Content type of {@link Metrics.text}. */
  readonly contentType: string
  text(): Promise<string>
}

const common = ({ name, help, labels = [] }: MetricOptions, registry: Registry) => ({
  name,
  help,
  labelNames: [...labels],
  registers: [registry],
})

/**
 * A register on prom-client, with a registry of its own. Asking for a name again gives the same metric, so two parts of
 * one kind can share a process.
 */
export function createMetrics({ processMetrics = true }: MetricsOptions = {}): Metrics {
  const registry = new Registry()
  if (processMetrics) collectDefaultMetrics({ register: registry })

  const once = <M>(name: string, make: () => M): M =>
    (registry.getSingleMetric(name) as M | undefined) ?? make()

  const register: MetricsRegister = {
    counter: (options) => {
      const counter = once(options.name, () => new Counter(common(options, registry)))
      return { inc: (labels: Labels = {}, by = 1) => counter.inc(labels, by) }
    },
    gauge: (options) => {
      const gauge = once(options.name, () => new Gauge(common(options, registry)))
      return { set: (value, labels: Labels = {}) => gauge.set(labels, value) }
    },
    histogram: (options) => {
      const histogram = once(
        options.name,
        () => new Histogram({ ...common(options, registry), buckets: [...options.buckets] }),
      )
      return { observe: (value, labels: Labels = {}) => histogram.observe(labels, value) }
    },
  }
  return { register, contentType: registry.contentType, text: () => registry.metrics() }
}
