export type Labels = Record<string, string>

export interface Counter {
  inc(labels?: Labels, by?: number): void
}

export interface Gauge {
  set(value: number, labels?: Labels): void
}

export interface Histogram {
  observe(value: number, labels?: Labels): void
}

export interface MetricOptions {
  /** `reverie_<area>_<what>_<unit>`; seconds and bytes. */
  readonly name: string
  readonly help: string
  /** Bounded label sets only: never a peer, job or account id. */
  readonly labels?: readonly string[]
}

/** Where a package registers its table of metrics. */
export interface MetricsRegister {
  counter(options: MetricOptions): Counter
  gauge(options: MetricOptions): Gauge
  histogram(options: MetricOptions & { readonly buckets: readonly number[] }): Histogram
}

export const noMetrics: MetricsRegister = {
  counter: () => ({ inc() {} }),
  gauge: () => ({ set() {} }),
  histogram: () => ({ observe() {} }),
}
