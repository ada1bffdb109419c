import {
  type Clock,
  type CoordinatorLink,
  isReverieError,
  type JobId,
  type Logger,
} from '@reverie/core'
import type { Outbox } from './outbox.ts'

/** Empties the outbox towards the coordinator, whenever it can be reached. */
export interface Delivery {
  start(): void
  /** There is something new in the outbox, `job` where it is known. */
  kick(job?: JobId): void
  /** Resolves when nothing is left for this coordinator, or the signal aborts. */
  emptied(signal: AbortSignal): Promise<void>
  stop(): Promise<void>
}

/** Pause after "not now", ms: doubles up to the last. */
const FIRST_RETRY_MS = 250
const LAST_RETRY_MS = 10_000

export function createDelivery({
  link,
  outbox,
  clock,
  logger,
}: {
  readonly link: CoordinatorLink
  readonly outbox: Outbox
  readonly clock: Clock
  readonly logger: Logger
}): Delivery {
  let retryMs = FIRST_RETRY_MS
  let running: Promise<void> | undefined
  let again = false
  let stopped = false
  let cancelRetry: () => void = () => {}
  let unsubscribe: () => void = () => {}
  const waiters = new Set<() => void>()
  /** Results for another coordinator stay where they are. */
  const notHere = new Set<JobId>()
  /** How often each of those left has failed: the others go first, so that it cannot hold them up. */
  const failures = new Map<JobId, number>()

  const left = () => outbox.list().filter((job) => !notHere.has(job))
  const failuresOf = (job: JobId) => failures.get(job) ?? 0
  const inTurn = () => left().toSorted((a, b) => failuresOf(a) - failuresOf(b))

  async function deliverOne(job: JobId): Promise<void> {
    const entry = await outbox.get(job)
    if (!entry) return
    if (entry.coordinator !== link.coordinator) {
      notHere.add(job)
      return
    }
    const { spec, image, receipt, notes, flagged } = entry
    const disposition = await link.deliver({
      ...{ spec, image, receipt },
      ...(notes === undefined ? {} : { notes }),
      ...(flagged === undefined ? {} : { flagged }),
    })
    if (disposition.type === 'refused') {
      const { code, message } = disposition.error
      logger.warn('result refused by the coordinator', { job, code, reason: message })
    } else {
      logger.info('result accepted', { job })
    }
    await outbox.remove(job)
  }

  async function deliverAll(): Promise<void> {
    again = false
    for (const job of inTurn()) {
      if (stopped || link.state() !== 'connected') return
      try {
        await deliverOne(job)
        failures.delete(job)
      } catch (error) {
        failures.set(job, failuresOf(job) + 1)
        throw error
      }
      retryMs = FIRST_RETRY_MS
    }
  }

  function kick(job?: JobId): void {
    if (stopped) return
    if (job) notHere.delete(job)
    again = true
    running ??= deliverAll()
      .catch((error: unknown) => {
        const reason = isReverieError(error) ? error.message : String(error)
        logger.warn('result not delivered yet', { reason, retryMs })
        again = false
        cancelRetry()
        cancelRetry = clock.after(retryMs, kick)
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS)
      })
      .finally(() => {
        running = undefined
        if (again) kick()
        if (left().length === 0) for (const resolve of waiters) resolve()
      })
  }

  return {
    start: () => {
      unsubscribe = link.onState((state) => {
        if (state === 'connected') {
          notHere.clear()
          kick()
        }
      })
      kick()
    },
    kick,
    emptied: async (signal) => {
      if (left().length === 0 || signal.aborted) return
      const { promise, resolve } = Promise.withResolvers<void>()
      waiters.add(resolve)
      signal.addEventListener('abort', () => resolve(), { once: true })
      kick()
      await promise
      waiters.delete(resolve)
    },
    stop: async () => {
      stopped = true
      unsubscribe()
      cancelRetry()
      await running
    },
  }
}
