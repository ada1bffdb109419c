import type { Labels, MetricOptions, MetricsRegister } from '@reverie/core'

/** A register that keeps values, for tests of what is counted. */
export interface RecordingMetrics extends MetricsRegister {
  /** Sum of a counter, last value of a gauge, or number of observations of a histogram; 0 before the first. */
  value(name: string, labels?: Labels): number
}

const seriesOf = (name: string, labels: Labels = {}): string =>
  JSON.stringify([name, Object.entries(labels).toSorted()])

export function createRecordingMetrics(): RecordingMetrics {
  const values = new Map<string, number>()
  const add = (name: string, labels: Labels | undefined, by: number) => {
    const series = seriesOf(name, labels)
    values.set(series, (values.get(series) ?? 0) + by)
  }
  return {
    counter: ({ name }: MetricOptions) => ({ inc: (labels, by = 1) => add(name, labels, by) }),
    gauge: ({ name }: MetricOptions) => ({
      set: (value, labels) => void values.set(seriesOf(name, labels), value),
    }),
    histogram: ({ name }: MetricOptions) => ({
      observe: (_value, labels) => add(name, labels, 1),
    }),
    value: (name, labels) => values.get(seriesOf(name, labels)) ?? 0,
  }
}
