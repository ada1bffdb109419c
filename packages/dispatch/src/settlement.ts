import {
  type Disposition,
  isReverieError,
  type JobRecord,
  type PeerId,
  type ResultSink,
  type ResultSubmission,
  ReverieError,
} from '@reverie/core'
import { announceIfDone } from './announce.ts'
import type { FaultPolicy } from './faults.ts'
import type { LeaseTable } from './leases.ts'
import type { DispatchMetrics } from './metrics.ts'
import type { ReadParameters } from './parameters.ts'
import type { DispatchModules } from './ports.ts'
import { specOf } from './spec.ts'

const refused = (error: ReverieError): Disposition => ({ type: 'refused', error: error.toObject() })

/** What a result meets: nothing, an open job, or one that is over. */
type Found =
  | { readonly type: 'open'; readonly job: JobRecord }
  | { readonly type: 'answer'; readonly disposition: Disposition }

/**
 * Takes results, in time or late, from whoever made them: exactly one completes a job. A result that fails a check costs
 * its worker the job; one that cannot be stored now is answered "not now" by rejecting, and the worker keeps it.
 */
export function createSettlement(
  modules: DispatchModules & {
    readonly leases: LeaseTable
    readonly faults: FaultPolicy
    readonly measures: DispatchMetrics
    readonly parametersOf: ReadParameters
  },
): ResultSink {
  const { records, queue, blobs, events, inspect, clock, leases, faults, measures } = modules
  const { parametersOf } = modules
  const logger = modules.logger.child({ part: 'settlement' })

  async function find(peer: PeerId, { spec }: ResultSubmission): Promise<Found> {
    const job = await records.job(spec.job)
    if (!job) {
      return {
        type: 'answer',
        disposition: refused(
          new ReverieError('result_unknown_job', `no job ${spec.job} was ever given out here`),
        ),
      }
    }
    if (job.state === 'completed' && job.worker?.peer === peer) {
      // The worker did not hear the first answer: give it again.
      const receipt = await records.receipt(job.id)
      if (receipt) return { type: 'answer', disposition: { type: 'accepted', receipt } }
    }
    if (job.state !== 'queued' && job.state !== 'leased') {
      return { type: 'answer', disposition: refused(closed(job)) }
    }
    return { type: 'open', job }
  }

  async function store(peer: PeerId, job: JobRecord, submission: ResultSubmission) {
    const spec = specOf(await parametersOf(job.render), job)
    const result = await inspect(peer, spec, submission)
    const hash = await blobs.put(result.file)
    const image = { hash, bytes: result.file.length, width: result.width, height: result.height }
    const worker = { peer, name: nameOf(peer, job) }
    const at = clock.now()
    const { notes = [], flagged = false } = submission
    const { receipt } = result
    const completion = { worker, image, receipt, notes, flagged, at }
    return { first: await records.complete(job.id, completion), ...completion }
  }

  function nameOf(peer: PeerId, job: JobRecord): string {
    const connected = modules.gateway.workers().find((worker) => worker.peer === peer)
    return connected?.profile.name ?? (job.worker?.peer === peer ? job.worker.name : peer.slice(-8))
  }

  async function refuse(peer: PeerId, job: JobRecord, error: ReverieError): Promise<Disposition> {
    logger.warn('result refused', { job: job.id, peer, code: error.code, reason: error.message })
    measures.resultsRefused.inc({ code: error.code })
    const lease = leases.of(job.id)
    if (lease?.peer === peer) {
      await faults.record(job, lease.attempt, peer, error)
      lease.settle()
    }
    return refused(error)
  }

  return async (peer, submission) => {
    const found = await find(peer, submission)
    if (found.type === 'answer') return found.disposition
    const { job } = found
    try {
      const { first, image, worker, receipt, notes, flagged, at } = await store(
        peer,
        job,
        submission,
      )
      if (!first) return (await find(peer, submission).then(answerOf)) ?? refused(closed(job))
      events.publish(job.render, {
        type: 'image',
        job: job.id,
        index: job.index,
        image,
        worker,
        ...(notes.length > 0 ? { notes: [...notes] } : {}),
        ...(flagged ? { flagged } : {}),
      })
      measures.jobsFinished.inc({ state: 'completed' })
      measures.jobSeconds.observe((at - job.createdAt) / 1000)
      const lease = leases.of(job.id)
      lease?.settle()
      // Another worker holds the same job: its work is no longer needed.
      if (lease && lease.peer !== peer) lease.abort.abort()
      await announceIfDone(modules, job.render)
      await queue.remove(job.id).catch((error: Error) => {
        // The reconciler drops entries without an open row.
        logger.warn('completed job is still queued', { job: job.id, reason: error.message })
      })
      return { type: 'accepted', receipt }
    } catch (error) {
      if (isReverieError(error) && error.code.startsWith('result_')) return refuse(peer, job, error)
      throw error
    }
  }
}

const closed = (job: JobRecord): ReverieError =>
  new ReverieError(
    'result_job_closed',
    `job ${job.id} is ${job.state === 'leased' ? 'completed' : job.state} already`,
  )

const answerOf = (found: Found): Disposition | undefined =>
  found.type === 'answer' ? found.disposition : undefined
