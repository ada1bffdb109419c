export interface DispatchOptions {
  /** Distinct workers that may fail a job before the artist gets the reason. */
  readonly maxFaults: number
  /** Times one worker may go away with a job before that counts as its fault. */
  readonly maxLosses: number
  /** How long a job that every connected worker has failed waits for another one, ms. */
  readonly excludedGraceMs: number
  /** How long a worker that says "finished" has to hand the result over, ms. */
  readonly deliveryGraceMs: number
  /** How long a worker may hold a job without a further step, ms. Longer than its own watchdog waits for a model to load. */
  readonly stallMs: number
  /** How often the queue is compared with the database, ms. */
  readonly reconcileEveryMs: number
  /** How often watchers hear of their place in line, ms. */
  readonly positionsEveryMs: number
}

export const DISPATCH_DEFAULTS: DispatchOptions = {
  maxFaults: 3,
  maxLosses: 5,
  excludedGraceMs: 30_000,
  deliveryGraceMs: 30_000,
  stallMs: 600_000,
  reconcileEveryMs: 60_000,
  positionsEveryMs: 1_000,
}
