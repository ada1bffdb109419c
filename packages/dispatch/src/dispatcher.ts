import {
  type ConnectedWorker,
  FINAL_JOB_STATES,
  type JobId,
  type JobRecord,
  type Lane,
  type PeerId,
  type QueueClaim,
} from '@reverie/core'
import type { FaultPolicy } from './faults.ts'
import { type LaneNeeds, needsOf } from './lane.ts'
import type { LeaseRunner } from './lease-runner.ts'
import type { LeaseTable } from './leases.ts'
import { type Candidate, match, rejection } from './match.ts'
import type { DispatchMetrics } from './metrics.ts'
import type { DispatchOptions } from './options.ts'
import type { DispatchModules } from './ports.ts'

/** Hands waiting jobs to free workers whenever either changes. */
export interface Dispatcher {
  start(): void
  /** Takes no new leases; resolves when the matching under way is over. Leases under way go on. */
  stop(): Promise<void>
  candidates(): readonly Candidate[]
}

/** A claimed job that the workers free now have failed. */
interface Held {
  readonly claim: QueueClaim
  readonly needs: LaneNeeds
  /** No worker is added while it is held: only a lease can do that. */
  readonly excluded: readonly PeerId[]
  /** Since when nobody else could take it, ms. */
  readonly since: number
}

export function createDispatcher(
  modules: DispatchModules & {
    readonly leases: LeaseTable
    readonly faults: FaultPolicy
    readonly measures: DispatchMetrics
    readonly runner: LeaseRunner
  },
  options: DispatchOptions,
): Dispatcher {
  const { records, queue, gateway, clock, leases, faults, measures, runner } = modules
  const logger = modules.logger.child({ part: 'dispatcher' })
  const held = new Map<JobId, Held>()
  const unsubscribes: (() => void)[] = []
  let cancelTick: () => void = () => {}
  let running = false
  let wanted = false
  let round: Promise<void> | undefined

  const candidates = (): Candidate[] =>
    gateway.workers().map(({ peer, profile }) => ({ peer, profile, leased: leases.count(peer) }))

  const connected = (peer: PeerId): ConnectedWorker | undefined =>
    gateway.workers().find((worker) => worker.peer === peer)

  function lease(claim: QueueClaim, job: JobRecord, worker: ConnectedWorker): void {
    const free = leases.reserve(worker.peer)
    void runner.run(claim, job, worker).finally(() => {
      free()
      wake()
    })
  }

  /**
   * Gives a claimed job to the preferred worker, or to another that can take it and has not failed this very job.
   * `held`: it left its lane without a worker, so there may be more to match.
   */
  async function place(
    claim: QueueClaim,
    preferred?: PeerId,
    heldSince?: number,
  ): Promise<'leased' | 'held' | 'dropped'> {
    const needs = needsOf(claim.lane)
    const job = await records.job(claim.job)
    if (!needs || !job || FINAL_JOB_STATES.includes(job.state)) {
      await queue.remove(claim.job)
      return 'dropped'
    }
    const able = candidates().filter(
      (worker) => rejection(worker, needs) === undefined && !job.excluded.includes(worker.peer),
    )
    const chosen = able.find((worker) => worker.peer === preferred) ?? able[0]
    const worker = chosen && connected(chosen.peer)
    if (worker) {
      lease(claim, job, worker)
      return 'leased'
    }
    if (job.excluded.length === 0) {
      await queue.release(claim.job)
      return 'dropped'
    }
    return hold(claim, job, needs, heldSince)
  }

  /** Back in the queue it would be claimed again at once: it is kept out of its lane's way until something changes. */
  async function hold(
    claim: QueueClaim,
    job: JobRecord,
    needs: LaneNeeds,
    heldSince: number | undefined,
  ): Promise<'held' | 'dropped'> {
    const { excluded } = job
    const hasHope = prospect(needs, excluded) !== 'none'
    const since = hasHope ? clock.now() : (heldSince ?? clock.now())
    // No one else is here to say otherwise: the artist is told at once what to change.
    const graceMs = faults.blamesRequest(claim.job) ? 0 : options.excludedGraceMs
    if (hasHope || clock.now() - since < graceMs) {
      held.set(claim.job, { claim, needs, excluded, since })
      return 'held'
    }
    await faults.giveUp(job)
    return 'dropped'
  }

  /** What there is to hope for from the workers that have not failed a job. */
  function prospect(needs: LaneNeeds, excluded: readonly PeerId[]): 'free' | 'later' | 'none' {
    const workers = candidates()
    // Nobody is here at all: it waits as every other job does.
    if (workers.length === 0) return 'later'
    const others = workers.filter((each) => !excluded.includes(each.peer))
    const isAble = (worker: Candidate) => rejection(worker, needs) === undefined
    if (others.some(isAble)) return 'free'
    return others.some((each) => isAble({ ...each, leased: 0 })) ? 'later' : 'none'
  }

  /** Asks the database only where something changes: one bad worker can have thousands of jobs held. */
  async function placeHeld(): Promise<void> {
    for (const entry of [...held.values()]) {
      const { claim, needs, excluded, since } = entry
      const hope = prospect(needs, excluded)
      if (hope === 'later') held.set(claim.job, { ...entry, since: clock.now() })
      const isOver = hope === 'none' && clock.now() - since >= options.excludedGraceMs
      if (hope !== 'free' && !isOver) continue
      held.delete(claim.job)
      await placeOrRelease(claim, undefined, since)
    }
  }

  /** A claim is never left dangling: where the database does not answer, it goes back. */
  async function placeOrRelease(...args: Parameters<typeof place>): ReturnType<typeof place> {
    try {
      return await place(...args)
    } catch (error) {
      await queue.release(args[0].job)
      throw error
    }
  }

  async function claimFor(lane: Lane, peer: PeerId) {
    const claim = await queue.claim(lane)
    return claim && placeOrRelease(claim, peer)
  }

  /** True when there may be more to match at once. */
  async function matchOnce(): Promise<boolean> {
    await placeHeld()
    if (!candidates().some(({ profile, leased }) => leased < profile.slots)) return false
    const waiting = await queue.waiting()
    const lanes = [...waiting].map(([lane, count]) => ({ lane, waiting: count }))
    const { pairs } = match(candidates(), lanes)
    const placed = await Promise.all(pairs.map(({ lane, peer }) => claimFor(lane, peer)))
    return placed.includes('held')
  }

  async function rounds(): Promise<void> {
    while (running && wanted) {
      wanted = false
      try {
        if (await matchOnce()) wanted = true
      } catch (error) {
        logger.error('matching failed; trying again', { reason: (error as Error).message })
        clock.after(RETRY_MS, wake)
      }
    }
  }

  function wake(): void {
    if (!running) return
    wanted = true
    round ??= rounds().finally(() => {
      round = undefined
      if (wanted) wake()
    })
  }

  async function measure(): Promise<void> {
    const waiting = [...(await queue.waiting()).values()].reduce((sum, count) => sum + count, 0)
    measures.waiting.set(waiting + held.size)
    measures.leased.set(leases.all().length)
  }

  /** Held jobs run out of time even when nothing else happens. */
  function tick(): void {
    if (held.size > 0) wake()
    void measure().catch((error: Error) =>
      logger.warn('queue could not be measured', { reason: error.message }),
    )
    cancelTick = clock.after(options.positionsEveryMs, tick)
  }

  return {
    candidates,
    start: () => {
      if (running) return
      running = true
      unsubscribes.push(queue.onWaiting(wake), gateway.onChange(wake))
      tick()
      wake()
    },
    stop: async () => {
      running = false
      cancelTick()
      for (const unsubscribe of unsubscribes.splice(0)) unsubscribe()
      await round
    },
  }
}

/** Pause before matching again after a failure of queue or database, ms. */
const RETRY_MS = 500
