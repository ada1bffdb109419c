import type { EngineProgress } from '@reverie/core'

/** Turns finished model calls into progress, with an estimate from the pace so far. */
export interface ProgressMeter {
  /** After a model call of the sampler. */
  advance(done: number, of: number): EngineProgress
}

/**
 * @param now milliseconds, any epoch
 * @param afterMs what follows the last model call: decoding and encoding; 0 when it was never timed
 */
export function createProgressMeter(now: () => number, afterMs: number): ProgressMeter {
  const start = now()
  return {
    advance: (done, of) => ({
      step: done,
      of,
      etaMs: ((now() - start) / done) * (of - done) + afterMs,
    }),
  }
}
