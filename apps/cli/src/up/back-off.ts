const FIRST_MS = 1_000
const LAST_MS = 30_000
/** A program that ran this long before it crashed starts over with the first delay. */
const HEALTHY_MS = 60_000

/** Delay before the next start of a program that keeps crashing: doubles from 1 s to 30 s. */
export interface BackOff {
  /** @param ranMs how long the program had run, ms. Returns ms. */
  next(ranMs: number): number
}

export function createBackOff(): BackOff {
  let delay = FIRST_MS / 2
  return {
    next: (ranMs) => {
      delay = ranMs >= HEALTHY_MS ? FIRST_MS : Math.min(LAST_MS, delay * 2)
      return delay
    },
  }
}
