import { randomUUID } from 'node:crypto'
import { type Clock, JobId, type JobQueue, type Logger, systemClock } from '@reverie/core'
import { addEntries } from './add-entries.ts'
import { startClaims } from './claims.ts'
import { createEntryViews } from './entry-views.ts'
import { createLanes } from './lanes.ts'
import { openBackend } from './open-backend.ts'
import { compileQueueOptions, type QueueOptions } from './options.ts'
import { isMovedOn, queueError } from './queue-error.ts'
import type { QueuePool } from './queue-pool.ts'
import { removeEntry } from './remove-entry.ts'
import { openWaitSignals } from './wait-signals.ts'

export interface QueueModules {
  /** Opened by the app, e.g. `database.pool` of the store. */
  readonly pool: QueuePool
  readonly logger: Logger
  readonly clock?: Clock
}

/**
 * A {@link JobQueue} on BullMQ over Postgres or PGlite. Several processes may open the same one; a claim whose process
 * died waits again after `claimMs` and at most one check. Closing gives this process's claims back at once.
 * @throws ReverieError `invalid_option`, `storage_unavailable`
 * @example
 * const queue = await createQueue({ pool: database.pool, logger })
 * const stop = queue.onWaiting(async (lane) => handOut(await queue.claim(lane)))
 */
export async function createQueue(
  { pool, logger, clock = systemClock }: QueueModules,
  options: QueueOptions = {},
): Promise<JobQueue> {
  const { name, claimMs, renewMs, expiryCheckMs } = compileQueueOptions(options)
  const token = randomUUID()
  const backend = await openBackend(pool, { name, claimMs })
  const lanes = createLanes(backend, name)
  const [views, signals] = await guarded('start', async () => {
    try {
      return [await createEntryViews(pool, lanes), await openWaitSignals(pool, lanes, token)]
    } catch (error) {
      await backend.close()
      throw error
    }
  })
  const claims = startClaims(
    { lanes, views, clock, logger },
    { token, claimMs, renewMs, expiryCheckMs },
  )

  const release = async (job: JobId) => {
    const lane = claims.laneOf(job)
    if (lane === undefined) return
    claims.delete(job)
    const queue = await lanes.open(lane)
    try {
      await queue.moveJobFromActiveToWait(job, token)
    } catch (error) {
      if (!isMovedOn(error)) throw error
    }
  }

  let closing: Promise<void> | undefined
  const close = async () => {
    await claims.stop()
    signals.close()
    try {
      for (const [job] of claims.all()) await release(job)
    } finally {
      await backend.close()
    }
  }

  return {
    add: (entries) => guarded('add entries', () => addEntries({ backend, lanes, views }, entries)),
    claim: (lane) =>
      guarded('claim an entry', async () => {
        const queue = await lanes.open(lane)
        const [, id] = await queue.moveToActive(token)
        if (!id) return undefined
        const job = JobId.parse(id)
        claims.add(job, lane)
        return { job, lane }
      }),
    release: (job) => guarded('release an entry', () => release(job)),
    remove: (job) =>
      guarded('remove an entry', async () => {
        await removeEntry({ lanes, views }, job, claims.laneOf(job))
        claims.delete(job)
      }),
    entries: () => guarded('list its entries', views.entries),
    waiting: () => guarded('count its entries', views.waiting),
    positions: (jobs) => guarded('find entries', () => views.positions(jobs)),
    onWaiting: signals.subscribe,
    close() {
      closing ??= guarded('close', close)
      return closing
    },
  }
}

async function guarded<T>(doing: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw queueError(error, doing)
  }
}
