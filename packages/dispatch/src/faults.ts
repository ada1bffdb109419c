import type { ErrorObject, JobFailure, JobRecord, PeerId, ReverieError } from '@reverie/core'
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
  /** Ends a job for good, with the reason for the artist. */
  fail(job: JobRecord, failure: JobFailure): Promise<void>
}

export function createFaultPolicy(
  modules: DispatchModules & { readonly measures: DispatchMetrics },
  options: DispatchOptions,
): FaultPolicy {
  const { records, queue, events, clock, measures } = modules
  const logger = modules.logger.child({ part: 'faults' })

  const fail: FaultPolicy['fail'] = async (job, failure) => {
    if (!(await records.fail(job.id, failure, clock.now()))) return
    await queue.remove(job.id)
    events.publish(job.render, { type: 'failed', job: job.id, index: job.index, ...failure })
    measures.jobsFinished.inc({ state: 'failed' })
    await announceIfDone(modules, job.render)
  }

  return {
    fail,
    record: async (job, attempt, peer, error) => {
      const fault = { code: error.code, message: error.message, worker: peer }
      logger.warn('worker fault', { job: job.id, peer, code: error.code })
      if (!(await records.release(job.id, attempt, fault))) return
      const tried = new Set([...job.excluded, peer]).size
      if (tried >= options.maxFaults) {
        const many = `${tried} workers tried this image and could not make it`
        await fail(job, {
          code: 'attempts_exhausted',
          message: `${many}; the last said: ${error.message}`,
        })
        return
      }
      await queue.release(job.id)
    },
  }
}
