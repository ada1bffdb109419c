import type { Clock } from '@reverie/core'

export interface StallLimits {
  /** A call is never given up before this, milliseconds. @defaultValue 60,000 */
  readonly floorMs: number
  /** A call may take this many times the median of the model's recent UNet calls. @defaultValue 10 */
  readonly factor: number
  /** Until a model's first UNet call has ended, loading included: nothing is known of its pace. Milliseconds. @defaultValue 300,000 */
  readonly firstCallMs: number
}

export const DEFAULT_STALL_LIMITS: StallLimits = {
  floorMs: 60_000,
  factor: 10,
  firstCallMs: 300_000,
}

/** Notices a model call that does not end. */
export interface Watchdog {
  /** A request begins; `isCold` when the model must be loaded first. */
  start(isCold: boolean): void
  /** A model call ended; the next one begins. */
  called(call: { readonly part: string; readonly ms: number }): void
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
  let recent: number[] = []
  let cancelTimer = () => {}

  const arm = () => {
    cancelTimer()
    const median = recent.toSorted((a, b) => a - b)[recent.length >> 1]
    const limitMs = median === undefined ? firstCallMs : Math.max(floorMs, factor * median)
    cancelTimer = clock.after(limitMs, () => onStall(limitMs))
  }

  return {
    start(isCold) {
      if (isCold) recent = []
      arm()
    },
    called({ part, ms }) {
      if (part === 'unet') recent = [...recent.slice(1 - RECENT_CALLS), ms]
      arm()
    },
    stop: () => cancelTimer(),
  }
}
