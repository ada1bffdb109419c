import { laneOf, needsOfRender } from './lane.ts'
import type { LeaseTable } from './leases.ts'
import type { DispatchOptions } from './options.ts'
import type { ReadParameters } from './parameters.ts'
import type { DispatchModules } from './ports.ts'

/** Makes the queue follow the database, which is the truth: at start, and now and then. */
export interface Reconciler {
  /** Compares once. Resolves how many entries were added and dropped. */
  once(): Promise<{ readonly added: number; readonly dropped: number }>
  start(): void
  stop(): Promise<void>
}

export function createReconciler(
  modules: DispatchModules & {
    readonly leases: LeaseTable
    readonly parametersOf: ReadParameters
  },
  options: Pick<DispatchOptions, 'reconcileEveryMs'>,
): Reconciler {
  const { records, queue, clock, leases, parametersOf } = modules
  const logger = modules.logger.child({ part: 'reconciler' })
  let cancelTimer: () => void = () => {}
  let running: Promise<unknown> = Promise.resolve()

  async function once() {
    // Entries are read before rows: an entry whose row is not open afterwards was open before, so it is over, not new.
    const entries = new Set(await queue.entries())
    const open = await records.open()
    const openIds = new Set(open.map((job) => job.id))

    const stale = [...entries].filter((job) => !openIds.has(job))
    for (const job of stale) await queue.remove(job)

    const missing = open.filter((job) => !entries.has(job.id) && !leases.of(job.id))
    const missed = missing.map(async (job) => {
      const lane = laneOf(needsOfRender(await parametersOf(job.render)))
      return { job: job.id, lane, priority: 0 }
    })
    await queue.add(await Promise.all(missed))
    if (missing.length + stale.length > 0) {
      logger.info('queue put right', { added: missing.length, dropped: stale.length })
    }
    return { added: missing.length, dropped: stale.length }
  }

  function schedule(): void {
    cancelTimer = clock.after(options.reconcileEveryMs, () => {
      running = once()
        .catch((error: Error) =>
          logger.error('queue could not be compared', { reason: error.message }),
        )
        .then(schedule)
    })
  }

  return {
    once,
    start: schedule,
    stop: async () => {
      cancelTimer()
      await running
      cancelTimer()
    },
  }
}
