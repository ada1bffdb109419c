import type { Clock } from '@reverie/core'

/** Model calls per step of the hungriest sampler, with room: steps beyond were made up. */
const MAX_CALLS_PER_STEP = 4

/** Notices a worker that holds a job and gets nowhere, whatever else its connection says. */
export interface StallWatch {
  /** A step that was not reached before gives the worker its time again. */
  progressed(step: number): void
  stop(): void
}

/** @param onStall called at most once, after `stallMs` without progress */
export function watchStall(
  clock: Clock,
  { stallMs, steps }: { readonly stallMs: number; readonly steps: number },
  onStall: () => void,
): StallWatch {
  let furthest = 0
  let cancelTimer = clock.after(stallMs, onStall)

  return {
    progressed: (step) => {
      if (step <= furthest || step > steps * MAX_CALLS_PER_STEP) return
      furthest = step
      cancelTimer()
      cancelTimer = clock.after(stallMs, onStall)
    },
    stop: () => cancelTimer(),
  }
}
