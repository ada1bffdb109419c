import type { JobHandler, JobProgress, JobSpec, LeaseEnd, Logger } from '@reverie/core'
import { ReverieError } from '@reverie/core'
import { encodeCanonical } from '@reverie/protocol'

/** Where a job's progress and end are told; the last one attached, as long as it is there. */
export interface JobOutlet {
  progress(progress: JobProgress): void
  ended(end: LeaseEnd): void
}

interface RunningJob {
  readonly spec: JobSpec
  /** Tells this outlet from now on, starting with the latest progress. The returned function lets it go. */
  attach(outlet: JobOutlet): () => void
  cancel(): void
}

/**
 * Jobs that this worker renders. They outlive streams, sessions and connections: only `cancel` stops one. An offer of a
 * job that is under way, which a coordinator makes after a lost connection, joins it instead of rendering it twice.
 */
export interface RunningJobs {
  /**
   * The job under way, or a new one handed to the worker.
   * @throws ReverieError `worker_refused` when there is no handler, or another request under this id is under way
   */
  start(spec: JobSpec): RunningJob
}

export function createRunningJobs(
  { logger }: { readonly logger: Logger },
  handler: () => JobHandler | undefined,
): RunningJobs {
  const jobs = new Map<string, RunningJob>()

  return {
    start(spec) {
      const running = jobs.get(spec.job)
      if (running) {
        if (isSameRequest(running.spec, spec)) return running
        throw refused('another request under this job id is under way')
      }
      const handle = handler()
      if (!handle) throw refused('this worker takes no jobs yet')
      const job = run(handle, spec, () => jobs.delete(spec.job))
      jobs.set(spec.job, job)
      return job
    },
  }

  function run(handle: JobHandler, spec: JobSpec, onEnd: () => void): RunningJob {
    const controller = new AbortController()
    let outlet: JobOutlet | undefined
    let latest: JobProgress | undefined
    let end: LeaseEnd | undefined

    const onProgress = (progress: JobProgress) => {
      latest = progress
      outlet?.progress(progress)
    }
    const finish = (ended: LeaseEnd) => {
      end = ended
      onEnd()
      outlet?.ended(ended)
    }
    const fail = (error: unknown) => {
      logger.error('the job handler threw', { job: spec.job, error: String(error) })
      finish({ type: 'fault', error: ReverieError.from(error, 'engine_failed').toObject() })
    }
    // Not called at once: it may end before it returns, and its job must be on the list by then.
    Promise.resolve()
      .then(() => handle(spec, { signal: controller.signal, onProgress }))
      .then(finish, fail)

    return {
      spec,
      attach(next) {
        outlet = next
        if (latest) next.progress(latest)
        if (end) next.ended(end)
        return () => {
          if (outlet === next) outlet = undefined
        }
      },
      cancel: () =>
        controller.abort(new ReverieError('cancelled', 'the coordinator cancelled the job')),
    }
  }
}

const refused = (message: string) => new ReverieError('worker_refused', message)

/** One value has one encoding, whatever objects it is made of. */
const isSameRequest = (a: JobSpec, b: JobSpec): boolean => {
  const [one, other] = [encodeCanonical(a), encodeCanonical(b)]
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
