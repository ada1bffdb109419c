import type { Clock } from '@reverie/core'

export interface StallLimits {
  /** A call is never given up before this, milliseconds. @defaultValue 60,000 */
  readonly floorMs: number
  /** A call may take this many times the median of recent calls. @defaultValue 10 */
  readonly factor: number
  /** While no call has been timed: loading a model, the first call of a new shape. Milliseconds. @defaultValue 300,000 */
  readonly firstCallMs: number
}

export const DEFAULT_STALL_LIMITS: StallLimits = {
  floorMs: 60_000,
  factor: 10,
  firstCallMs: 300_000,
}

/** Notices a model call that does not end. */
export interface Watchdog {
  /** A request begins. */
  start(): void
  /** A model call ended after `ms`; the next one begins. */
  called(ms: number): void
  /** The request is over. */
  stop(): void
}

/** Calls whose median counts: a few renders' worth, so that a change of size is soon learned. */
const RECENT_CALLS = 64

/** @param onStall called at most once per request, with the milliseconds that were given */
export function createWatchdog(
  clock: Clock,
  { floorMs, factor, firstCallMs }: StallLimits,
  onStall: (limitMs: number) => void,
): Watchdog {
  const recent: number[] = []
  let cancelTimer = () => {}

  const limit = (): number => {
    const median = recent.toSorted((a, b) => a - b)[recent.length >> 1]
    return median === undefined ? firstCallMs : Math.max(floorMs, factor * median)
  }

  const arm = () => {
    cancelTimer()
    const limitMs = limit()
    cancelTimer = clock.after(limitMs, () => onStall(limitMs))
  }

  return {
    start: arm,
    called(ms) {
      recent.push(ms)
      if (recent.length > RECENT_CALLS) recent.shift()
      arm()
    },
    stop: () => cancelTimer(),
  }
}
