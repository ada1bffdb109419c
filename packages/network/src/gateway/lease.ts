import type { Clock, JobProgress, JobSpec, LeaseEnd, Logger } from '@reverie/core'
import { ReverieError } from '@reverie/core'
import {
  type JobFromCoordinator,
  type JobFromWorker,
  jobFromCoordinator,
  jobFromWorker,
  PROTOCOL_IDS,
} from '@reverie/protocol'
import { type Channel, openChannel } from '../channel/channel.ts'
import { deadline, onAbort, pause } from '../timing/deadline.ts'
import { type LeaseState, nextLeaseState } from './lease-conversation.ts'
import type { GatewayOptions } from './options.ts'
import type { Refusals } from './refusals.ts'
import type { WorkerSession } from './session.ts'

/** A job of two passes, 500 steps and two model calls a step reports each call once, and its own end. */
const PROGRESS_RATE = { burst: 2_400, perSecond: 100 }

export interface LeaseModules {
  readonly clock: Clock
  readonly logger: Logger
  readonly refusals: Refusals
}

export interface LeaseRequest {
  readonly session: WorkerSession
  readonly spec: JobSpec
  readonly signal: AbortSignal
  readonly onProgress: (progress: JobProgress) => void
}

type JobChannel = Channel<JobFromWorker, JobFromCoordinator>

/** Milliseconds between the ends of the streams and of the connection of a worker that leaves, at most. */
const LEAVING_MS = 250

const fault = (error: ReverieError): LeaseEnd => ({ type: 'fault', error: error.toObject() })

/** Offers a job on a stream of its own and follows it to its end. Never rejects. */
export async function runLease(
  { clock, logger, refusals }: LeaseModules,
  options: GatewayOptions,
  { session, spec, signal, onProgress }: LeaseRequest,
): Promise<LeaseEnd> {
  if (session.over.aborted) return { type: 'lost' }
  if (signal.aborted) return { type: 'cancelled' }
  // Over at the session's end, or when a cancelled worker takes too long to stop.
  const hold = new AbortController()
  const links = [onAbort(session.over, () => hold.abort(new Error('the session is over')))]
  let channel: JobChannel | undefined
  try {
    channel = await offer(hold.signal)
    links.push(onAbort(signal, cancel))
    return await follow(channel, hold.signal)
  } catch (error) {
    // What the worker sent wrongly is a fault whether it leaves or not; a stream that broke may just mean that it leaves.
    if (!isWrongdoing(error) && (await isGone(hold.signal))) return { type: 'lost' }
    return fault(wrong(error))
  } finally {
    for (const unlink of links) unlink()
    void channel?.close()
  }

  async function offer(held: AbortSignal): Promise<JobChannel> {
    using limit = deadline(clock, options.acceptMs, notAnswered, held)
    // A copy: the library wants a mutable list.
    const stream = await session.connection.newStream([...PROTOCOL_IDS.job], {
      signal: limit.signal,
    })
    const opened = openChannel(stream, {
      inbound: jobFromWorker,
      outbound: jobFromCoordinator,
      clock,
      rate: PROGRESS_RATE,
      onBytes: session.touch,
    })
    await opened.send({ type: 'offer', v: 1, spec }, { signal: limit.signal })
    return opened
  }

  function cancel() {
    const stopTimer = clock.after(options.cancelMs, () => {
      logger.warn('a worker did not stop a cancelled job in time', { job: spec.job })
      hold.abort(new Error('the worker did not stop in time'))
    })
    links.push(stopTimer)
    channel?.send({ type: 'cancel' }, { signal: hold.signal }).catch(() => {
      // Over before it could leave: the end is told by the session.
    })
  }

  async function follow(from: JobChannel, held: AbortSignal): Promise<LeaseEnd> {
    let state: LeaseState = { type: 'offered' }
    while (state.type !== 'ended') {
      const message = await receive(from, state, held)
      if (!message) return await cutOff(held)
      state = nextLeaseState(state, message)
      if (state.type === 'accepted' && state.progress) report(state.progress)
    }
    if (state.end.type !== 'cancelled' || signal.aborted) return state.end
    return fault(refused('the worker stopped the job by itself'))
  }

  async function receive(from: JobChannel, state: LeaseState, held: AbortSignal) {
    if (state.type !== 'offered') return from.receive({ signal: held })
    using limit = deadline(clock, options.acceptMs, notAnswered, held)
    return await from.receive({ signal: limit.signal })
  }

  /** The stream ended without a last word. */
  async function cutOff(held: AbortSignal): Promise<LeaseEnd> {
    if (await isGone(held)) return { type: 'lost' }
    return fault(refused('the worker closed the job stream without saying how the job ended'))
  }

  /** A worker that leaves closes its streams a moment before its connection. */
  async function isGone(held: AbortSignal): Promise<boolean> {
    await pause(clock, LEAVING_MS, held)
    return held.aborted
  }

  function report(progress: JobProgress) {
    try {
      onProgress(progress)
    } catch (error) {
      logger.error('a listener of job progress threw', { error: String(error) })
    }
  }

  function notAnswered() {
    return refused(`the worker did not answer the offer within ${options.acceptMs} ms`)
  }

  /** A fault of the worker: what it sent wrongly, or why no stream could be opened. */
  function wrong(error: unknown): ReverieError {
    const known = ReverieError.from(error, 'worker_refused')
    if (isWrongdoing(known)) refusals.note(session.connection, 'job', known)
    // A worker that still listens must not render what nobody waits for any more.
    channel?.send({ type: 'cancel' }, { signal: hold.signal }).catch(() => {})
    return known
  }
}

const isWrongdoing = (error: unknown): boolean =>
  error instanceof ReverieError && error.kind === 'user'

const refused = (message: string) => new ReverieError('worker_refused', message)
