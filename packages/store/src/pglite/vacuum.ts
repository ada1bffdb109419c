import type { Clock, Logger } from '@reverie/core'

export interface VacuumModules {
  readonly clock: Clock
  readonly logger: Logger
  /** Runs one statement outside any transaction. */
  readonly exec: (sql: string) => Promise<unknown>
}

/** Postgres cleans up after itself in a process of its own, which PGlite lacks: dead rows would pile up for good. */
const VACUUM_INTERVAL_MS = 60 * 60 * 1_000

/** Vacuums every `intervalMs`. @returns the function that ends it, resolving when no run is under way */
export function startVacuum(
  { clock, logger, exec }: VacuumModules,
  intervalMs: number = VACUUM_INTERVAL_MS,
): () => Promise<void> {
  let isStopped = false
  let cancel = () => {}
  let underWay: Promise<void> = Promise.resolve()

  const run = async () => {
    const startedAt = clock.now()
    try {
      await exec('vacuum (analyze)')
      logger.debug('database vacuumed', { ms: clock.now() - startedAt })
    } catch (error) {
      logger.warn('database not vacuumed', { error })
    }
    schedule()
  }
  const schedule = () => {
    if (isStopped) return
    cancel = clock.after(intervalMs, () => {
      underWay = run()
    })
  }
  schedule()

  return async () => {
    isStopped = true
    cancel()
    await underWay
  }
}
