import type { Counter, Gauge, Histogram, MetricsRegister } from '@reverie/core'

export interface DispatchMetrics {
  readonly renders: Counter
  readonly jobsFinished: Counter
  readonly leasesEnded: Counter
  readonly resultsRefused: Counter
  readonly waiting: Gauge
  readonly leased: Gauge
  readonly jobSeconds: Histogram
}

export const dispatchMetrics = (register: MetricsRegister): DispatchMetrics => ({
  renders: register.counter({ name: 'reverie_dispatch_renders_total', help: 'Renders accepted' }),
  jobsFinished: register.counter({
    name: 'reverie_dispatch_jobs_finished_total',
    help: 'Jobs that reached a final state',
    labels: ['state'],
  }),
  leasesEnded: register.counter({
    name: 'reverie_dispatch_leases_ended_total',
    help: 'Leases by how they ended',
    labels: ['end'],
  }),
  resultsRefused: register.counter({
    name: 'reverie_dispatch_results_refused_total',
    help: 'Results that failed a check',
    labels: ['code'],
  }),
  waiting: register.gauge({
    name: 'reverie_dispatch_waiting_jobs',
    help: 'Jobs waiting in all lanes',
  }),
  leased: register.gauge({ name: 'reverie_dispatch_leased_jobs', help: 'Jobs held by workers' }),
  jobSeconds: register.histogram({
    name: 'reverie_dispatch_job_duration_seconds',
    help: 'From accepted to finished image',
    buckets: [0.25, 0.5, 1, 2, 5, 10, 20, 60, 120, 300, 900],
  }),
})
