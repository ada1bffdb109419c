import type {
  ErrorCode,
  ErrorObject,
  JobFailure,
  JobId,
  JobRecord,
  PeerId,
  ReverieError,
} from '@reverie/core'
import { announceIfDone } from './announce.ts'
import type { DispatchMetrics } from './metrics.ts'
import type { DispatchOptions } from './options.ts'
import type { DispatchModules } from './ports.ts'

/** What happens to a job whose worker could not do it. */
export interface FaultPolicy {
  /** Excludes the worker from the job, then hands it on, or fails it when enough workers have tried. */
  record(
    job: JobRecord,
    attempt: number,
    peer: PeerId,
    error: ReverieError | ErrorObject,
  ): Promise<void>
  /** Ends a job that every worker connected now has failed, with what the last of them said. */
  giveUp(job: JobRecord): Promise<void>
  /** Whether the last worker said that the request itself cannot be rendered: waiting for others may be in vain. */
  blamesRequest(job: JobId): boolean
}

/** What a worker may find out about a request that admission could not. A claim of a stranger, until another agrees. */
const REQUEST_FAULTS: readonly ErrorCode[] = [
  'unsupported_by_model',
  'input_invalid',
  'model_incompatible',
]
/** Workers whose equal words about a request are believed. */
const AGREEMENT = 2

interface Said {
  readonly code: ErrorCode
  readonly message: string
  /** Workers in a row that said this code. */
  readonly times: number
}

/** Jobs whose last fault is remembered at most; an older one ends without its reason. */
const KEPT = 10_000

export function createFaultPolicy(
  modules: DispatchModules & { readonly measures: DispatchMetrics },
  options: DispatchOptions,
): FaultPolicy {
  const { records, queue, events, clock, measures } = modules
  const logger = modules.logger.child({ part: 'faults' })

  const lastSaid = new Map<JobId, Said>()
  const isOfRequest = (said: Said | undefined): said is Said =>
    said !== undefined && REQUEST_FAULTS.includes(said.code)

  function remember(job: JobId, { code, message }: JobFailure): void {
    const before = lastSaid.get(job)
    const times = before?.code === code ? before.times + 1 : 1
    lastSaid.set(job, { code, message, times })
    const [oldest] = lastSaid.keys()
    if (oldest && lastSaid.size > KEPT) lastSaid.delete(oldest)
  }

  async function fail(job: JobRecord, why: string): Promise<void> {
    const last = lastSaid.get(job.id)
    lastSaid.delete(job.id)
    const message = last === undefined ? why : `${why}; the last said: ${last.message}`
    const failure: JobFailure = isOfRequest(last)
      ? { code: last.code, message: last.message }
      : { code: 'attempts_exhausted', message }
    if (!(await records.fail(job.id, failure, clock.now()))) return
    await queue.remove(job.id)
    events.publish(job.render, { type: 'failed', job: job.id, index: job.index, ...failure })
    measures.jobsFinished.inc({ state: 'failed' })
    await announceIfDone(modules, job.render)
  }

  return {
    blamesRequest: (job) => isOfRequest(lastSaid.get(job)),
    giveUp: (job) =>
      fail(job, 'every worker connected now has failed this image, and no other joined in time'),
    record: async (job, attempt, peer, error) => {
      const fault = { code: error.code, message: error.message, worker: peer }
      logger.warn('worker fault', { job: job.id, peer, code: error.code })
      if (!(await records.release(job.id, attempt, fault))) return
      remember(job.id, fault)
      const said = lastSaid.get(job.id)
      const isAgreed = isOfRequest(said) && said.times >= AGREEMENT
      const tried = new Set([...job.excluded, peer]).size
      if (tried >= options.maxFaults || isAgreed) {
        await fail(job, `${tried} workers tried this image and could not make it`)
        return
      }
      await queue.release(job.id)
    },
  }
}
