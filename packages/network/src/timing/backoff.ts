export interface BackoffOptions {
  /** Milliseconds: upper bound of the first delay. */
  readonly minMs: number
  /** Milliseconds: upper bound of any delay. */
  readonly maxMs: number
}

/**
 * The wait before a further attempt, with full jitter: anything from 0 to a bound that doubles per attempt, so that
 * thousands of workers that lost one coordinator do not return in step (AWS Architecture Blog, "Exponential Backoff And
 * Jitter").
 * @param attempt failed attempts so far, from 1
 * @param random a number in [0, 1)
 */
export function backoffMs(
  attempt: number,
  { minMs, maxMs }: BackoffOptions,
  random: () => number,
): number {
  // 2^30 is past any bound in use; the cap keeps the power finite.
  const doubled = minMs * 2 ** Math.min(attempt - 1, 30)
  return Math.round(random() * Math.min(maxMs, doubled))
}
