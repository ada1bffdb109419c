import { ReverieError } from '@reverie/core'
import { SESSION_TIMING, SESSION_TIMING_RANGE } from '@reverie/protocol'

/** Times in milliseconds. */
export interface GatewayOptions {
  /** What workers are told they talk to, e.g. "reverie-coordinator/0.1.0". */
  readonly software: string
  /** Between two heartbeats of each side. */
  readonly heartbeatMs: number
  /** Without a byte of the worker: its session is over. */
  readonly silenceMs: number
  /** For the first message of a stream; a new connection has twice as long to have a session. */
  readonly helloMs: number
  /** For a worker to answer an offer. */
  readonly acceptMs: number
  /** For a worker to stop after a cancel: it does so between two model calls, and a call may be long. */
  readonly cancelMs: number
  /** Messages a connection may send wrongly before it is closed. */
  readonly violations: number
  /** Result streams of one worker at a time. */
  readonly resultsPerWorker: number
  /** Bytes of results under way from all workers; beyond, they are told to come back later. */
  readonly resultBufferBytes: number
  /** For the image of a result, or an input picture: this long, and one second more per `resultBytesPerSecond` of its size. */
  readonly resultMs: number
  readonly resultBytesPerSecond: number
  /** Input streams of one worker at a time. */
  readonly inputsPerWorker: number
  /** Input pictures that are read and sent at once, to all workers; the others wait for their turn. */
  readonly inputsAtOnce: number
}

export const DEFAULT_GATEWAY_OPTIONS: GatewayOptions = {
  software: 'reverie-coordinator',
  ...SESSION_TIMING,
  helloMs: 5_000,
  acceptMs: 5_000,
  cancelMs: 30_000,
  violations: 5,
  resultsPerWorker: 4,
  resultBufferBytes: 512 * 1_024 * 1_024,
  resultMs: 30_000,
  // 128 kbit/s: the slowest uplink worth waiting for.
  resultBytesPerSecond: 16 * 1_024,
  inputsPerWorker: 4,
  inputsAtOnce: 32,
}

/** Fills in defaults and checks what must fit together. @throws ReverieError `invalid_option` */
export function compileGatewayOptions(options: Partial<GatewayOptions>): GatewayOptions {
  const complete = { ...DEFAULT_GATEWAY_OPTIONS, ...options }
  const { min, max } = SESSION_TIMING_RANGE
  for (const field of ['heartbeatMs', 'silenceMs'] as const) {
    const value = complete[field]
    if (Number.isInteger(value) && value >= min && value <= max) continue
    throw invalid(field, value, `whole milliseconds from ${min} to ${max}`)
  }
  // One lost or late heartbeat is not silence.
  const leastSilence = 2 * complete.heartbeatMs
  if (complete.silenceMs < leastSilence) {
    throw invalid('silenceMs', complete.silenceMs, `at least two heartbeats, ${leastSilence}`)
  }
  return Object.freeze(complete)
}

const invalid = (field: string, value: number, accepted: string) =>
  new ReverieError('invalid_option', `${field} is ${value}; it must be ${accepted}`, {
    field,
    accepted,
  })
