import type { Counter, Gauge, MetricsRegister } from '@reverie/core'

export interface NetworkMetrics {
  readonly connectionsDenied: Counter
  readonly sessions: Gauge
  readonly sessionsEnded: Counter
  readonly messagesRefused: Counter
  readonly leasesEnded: Counter
  readonly results: Counter
  readonly resultBytes: Counter
  readonly inputs: Counter
  readonly inputBytes: Counter
}

/** The network's table of metrics. Labels are names of ours, never a peer's. */
export const registerNetworkMetrics = (register: MetricsRegister): NetworkMetrics => ({
  connectionsDenied: register.counter({
    name: 'reverie_network_connections_denied_total',
    help: 'Connections turned away, by reason: address, key or no_session.',
    labels: ['reason'],
  }),
  sessions: register.gauge({
    name: 'reverie_network_worker_sessions_count',
    help: 'Worker sessions open now.',
  }),
  sessionsEnded: register.counter({
    name: 'reverie_network_worker_sessions_ended_total',
    help: 'Worker sessions that ended, by reason: closed, silent, replaced, violation or disconnected.',
    labels: ['reason'],
  }),
  messagesRefused: register.counter({
    name: 'reverie_network_messages_refused_total',
    help: 'Streams ended for what a peer sent, by protocol and error code.',
    labels: ['protocol', 'code'],
  }),
  leasesEnded: register.counter({
    name: 'reverie_network_leases_ended_total',
    help: 'Leases that ended, by how: finished, fault, cancelled or lost.',
    labels: ['end'],
  }),
  results: register.counter({
    name: 'reverie_network_results_total',
    help: 'Results that workers delivered, by answer: accepted, refused or later.',
    labels: ['answer'],
  }),
  resultBytes: register.counter({
    name: 'reverie_network_result_bytes_total',
    help: 'Bytes of result streams received.',
  }),
  inputs: register.counter({
    name: 'reverie_network_inputs_total',
    help: 'Input pictures that workers asked for, by answer: input, refused or later.',
    labels: ['answer'],
  }),
  inputBytes: register.counter({
    name: 'reverie_network_input_bytes_total',
    help: 'Bytes of input pictures sent to workers.',
  }),
})
