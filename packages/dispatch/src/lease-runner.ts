import type {
  ConnectedWorker,
  JobId,
  JobProgress,
  JobRecord,
  LeaseEnd,
  QueueClaim,
  WorkerName,
} from '@reverie/core'
import { trajectoryLength } from '@reverie/core'
import type { FaultPolicy } from './faults.ts'
import type { Lease, LeaseTable } from './leases.ts'
import { createLosses } from './losses.ts'
import type { DispatchMetrics } from './metrics.ts'
import type { DispatchOptions } from './options.ts'
import type { ReadParameters } from './parameters.ts'
import type { DispatchModules } from './ports.ts'
import { specOf } from './spec.ts'
import { watchStall } from './stall-watch.ts'

/** Carries one claimed job to one worker and sees the lease through to its end. */
export interface LeaseRunner {
  /** `job` is the claimed row as it was read. Resolves when the worker's slot is free again. Never rejects. */
  run(claim: QueueClaim, job: JobRecord, worker: ConnectedWorker): Promise<void>
}

export function createLeaseRunner(
  modules: DispatchModules & {
    readonly leases: LeaseTable
    readonly faults: FaultPolicy
    readonly measures: DispatchMetrics
    readonly parametersOf: ReadParameters
  },
  options: DispatchOptions,
): LeaseRunner {
  const { records, queue, gateway, events, clock, leases, faults, measures, parametersOf } = modules
  const logger = modules.logger.child({ part: 'leases' })
  /** Forgotten when a lease of the job ends in any other way. */
  const losses = createLosses()

  /** The row, leased to this worker; undefined when the job is no longer open. */
  async function take(job: JobRecord, worker: WorkerName): Promise<JobRecord | undefined> {
    // The claim is ours alone, so a row that still says "leased" is left over from a coordinator that died.
    if (job.state === 'leased') await records.release(job.id, job.attempt)
    const leased = await records.lease(job.id, worker, clock.now())
    if (!leased) await queue.remove(job.id)
    return leased
  }

  async function follow(job: JobRecord, lease: Lease): Promise<LeaseEnd> {
    const spec = specOf(await parametersOf(job.render), job)
    const { stallMs } = options
    const stall = watchStall(
      clock,
      { stallMs, steps: trajectoryLength(spec) },
      () => void giveUp(job, lease),
    )
    const onProgress = ({ step, of, etaMs, preview }: JobProgress) => {
      stall.progressed(step)
      // Nobody watches most renders: their pictures are not worth the text that they would become.
      const isShown = preview !== undefined && events.watched().has(job.render)
      events.publish(job.render, {
        type: 'progress',
        job: job.id,
        index: job.index,
        step,
        of,
        ...(etaMs === undefined ? {} : { etaMs }),
        ...(isShown ? { preview: dataUrlOf(preview) } : {}),
      })
    }
    try {
      return await gateway.lease(lease.peer, spec, { signal: lease.abort.signal, onProgress })
    } finally {
      stall.stop()
    }
  }

  /** The worker is there and gets nowhere: the job goes elsewhere, and the worker is told to stop. */
  async function giveUp(job: JobRecord, lease: Lease): Promise<void> {
    const message = `the worker made no progress for ${options.stallMs / 1_000} s`
    const error = { code: 'engine_stalled' as const, message, facts: {} }
    try {
      await faults.record(job, lease.attempt, lease.peer, error)
    } catch (cause) {
      await letGo(job.id, cause as Error)
    } finally {
      lease.abort.abort()
    }
  }

  /** Resolves once the result is settled, the worker has left, or the time to deliver is over. */
  async function delivery(lease: Lease): Promise<'settled' | 'lost'> {
    const { promise, resolve } = Promise.withResolvers<'lost'>()
    const cancelTimer = clock.after(options.deliveryGraceMs, () => resolve('lost'))
    const unsubscribe = gateway.onChange(({ type, worker }) => {
      if (type === 'left' && worker.peer === lease.peer) resolve('lost')
    })
    if (!gateway.workers().some((worker) => worker.peer === lease.peer)) resolve('lost')
    try {
      return await Promise.race([lease.settled.then(() => 'settled' as const), promise])
    } finally {
      cancelTimer()
      unsubscribe()
    }
  }

  async function handBack(job: JobRecord, lease: Lease): Promise<void> {
    const times = losses.add(job.id, lease.peer)
    if (times >= options.maxLosses) {
      const message = `the worker went away or refused ${times} times`
      const error = { code: 'worker_lost' as const, message, facts: {} }
      return faults.record(job, lease.attempt, lease.peer, error)
    }
    if (!(await records.release(job.id, lease.attempt))) return
    await queue.release(job.id)
    events.publish(job.render, { type: 'queued', job: job.id, index: job.index, position: 0 })
  }

  async function end(job: JobRecord, lease: Lease, how: LeaseEnd): Promise<void> {
    // A worker that would not even begin has not failed the job: it counts like one that went away.
    const isRefused = how.type === 'fault' && how.error.code === 'worker_refused'
    if (how.type === 'lost' || isRefused) return handBack(job, lease)
    losses.forget(job.id)
    if (how.type === 'fault') {
      await faults.record(job, lease.attempt, lease.peer, how.error)
    } else if (how.type === 'cancelled' && !lease.abort.signal.aborted) {
      // Whoever aborts a lease settles the job; a worker that stops on its own hands it back.
      await handBack(job, lease)
    }
  }

  /** The worker's slot is free, its result still on the way. */
  async function awaitDelivery(job: JobRecord, lease: Lease): Promise<void> {
    try {
      const outcome = await delivery(lease)
      if (outcome === 'lost') await handBack(job, lease)
      else losses.forget(job.id)
    } catch (error) {
      await letGo(job.id, error as Error)
    } finally {
      leases.close(lease)
    }
  }

  async function see(found: JobRecord, worker: ConnectedWorker): Promise<void> {
    const name = { peer: worker.peer, name: worker.profile.name }
    const job = await take(found, name)
    if (!job) return
    const lease = leases.open(job.id, worker.peer, job.attempt)
    let delivering = false
    try {
      const { id, index, attempt } = job
      events.publish(job.render, { type: 'assigned', job: id, index, worker: name, attempt })
      const how = await follow(job, lease)
      measures.leasesEnded.inc({ end: how.type })
      if (how.type === 'finished') {
        delivering = true
        const delivered = awaitDelivery(job, lease)
        // One that hands nothing over must not empty the queue into its pocket: its slots are not freed again.
        const open = leases.all().filter(({ peer }) => peer === worker.peer).length
        if (open >= 2 * worker.profile.slots) await delivered
      } else {
        await end(job, lease, how)
      }
    } finally {
      if (!delivering) leases.close(lease)
    }
  }

  /** Storage said no: the claim goes back, the row is put right when it is claimed again. */
  async function letGo(job: JobId, error: Error): Promise<void> {
    logger.error('lease could not be settled', { job, reason: error.message })
    await queue.release(job).catch(() => {})
  }

  return {
    run: (claim, job, worker) => see(job, worker).catch((error: Error) => letGo(claim.job, error)),
  }
}

const dataUrlOf = (jpeg: Uint8Array): string =>
  `data:image/jpeg;base64,${Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength).toString('base64')}`
