import type { Clock, JobId, Lane, Logger } from '@reverie/core'
import type { EntryViews } from './entry-views.ts'
import type { Lanes } from './lanes.ts'

export interface ClaimsModules {
  readonly lanes: Lanes
  readonly views: EntryViews
  readonly clock: Clock
  readonly logger: Logger
}

export interface ClaimsOptions {
  /** Marks this process's claims. */
  readonly token: string
  readonly claimMs: number
  readonly renewMs: number
  readonly expiryCheckMs: number
}

/** This process's claims, and the upkeep of everybody's. */
export interface Claims {
  add(job: JobId, lane: Lane): void
  laneOf(job: JobId): Lane | undefined
  delete(job: JobId): void
  all(): readonly (readonly [JobId, Lane])[]
  /** Ends the upkeep; resolves when none is under way. */
  stop(): Promise<void>
}

/**
 * Renews this process's claims and lets expired ones of dead processes wait again. One loop does both, renewing first:
 * a process that was held up for longer than a claim lasts must not take its own for dead.
 */
export function startClaims(modules: ClaimsModules, options: ClaimsOptions): Claims {
  const { lanes, views, clock, logger } = modules
  const { token, claimMs, renewMs, expiryCheckMs } = options
  const claims = new Map<JobId, Lane>()
  let renewedAt = clock.now()
  let isStopped = false
  let underWay: Promise<void> = Promise.resolve()

  const renew = async () => {
    const byLane = Map.groupBy(claims, ([, lane]) => lane)
    for (const [lane, held] of byLane) {
      const jobs = held.map(([job]) => job)
      const queue = await lanes.open(lane)
      const lost = await queue.extendLocks(
        jobs,
        jobs.map(() => token),
        claimMs,
      )
      for (const job of lost) claims.delete(job as JobId)
    }
    renewedAt = clock.now()
  }

  const reclaim = async () => {
    for (const lane of await views.expired(Date.now())) {
      const queue = await lanes.open(lane)
      // BullMQ marks active entries in one pass and takes back the marked and expired in the next.
      await queue.moveStalledJobsToWait()
      const jobs = await queue.moveStalledJobsToWait()
      // BullMQ puts them at the back of their priority; they were next once.
      for (const job of jobs) {
        const entry = await queue.getJobData(job)
        if (entry) await queue.changePriority(job, entry.priority, true)
      }
      if (jobs.length > 0) logger.warn('claims expired', { lane, jobs: jobs.length })
    }
  }

  const upkeep = async () => {
    try {
      if (clock.now() - renewedAt >= renewMs) await renew()
      await reclaim()
    } catch (error) {
      logger.warn('queue upkeep failed', { error })
    }
    schedule()
  }

  let cancel = () => {}
  const schedule = () => {
    if (isStopped) return
    cancel = clock.after(expiryCheckMs, () => {
      underWay = upkeep()
    })
  }
  schedule()

  return {
    add: (job, lane) => void claims.set(job, lane),
    laneOf: (job) => claims.get(job),
    delete: (job) => void claims.delete(job),
    all: () => [...claims],
    async stop() {
      isStopped = true
      cancel()
      await underWay
    },
  }
}
