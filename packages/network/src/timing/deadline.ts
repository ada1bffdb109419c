import type { Clock, ReverieError } from '@reverie/core'

/** A signal that fires after a while, or with another; give it back with `using` so that no timer or listener stays. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal
}

/**
 * @param reason becomes the abort reason when the time is up
 * @param parents when one of them fires, so does the deadline, with its reason
 */
export function deadline(
  clock: Clock,
  afterMs: number,
  reason: () => ReverieError,
  ...parents: readonly (AbortSignal | undefined)[]
): Deadline {
  const controller = new AbortController()
  const stopTimer = clock.after(afterMs, () => controller.abort(reason()))
  const links = parents
    .filter((parent) => parent !== undefined)
    .map((parent) => onAbort(parent, () => controller.abort(parent.reason)))
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      stopTimer()
      for (const unlink of links) unlink()
    },
  }
}

/** Runs `task` when the signal fires, now if it has fired already. The returned function takes it back. */
export function onAbort(signal: AbortSignal, task: () => void): () => void {
  if (signal.aborted) {
    task()
    return () => {}
  }
  signal.addEventListener('abort', task, { once: true })
  return () => signal.removeEventListener('abort', task)
}

/** Resolves after `delayMs`, or at once when the signal fires. Never rejects. */
export const pause = (clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const stopTimer = clock.after(delayMs, done)
    const unlink = onAbort(signal, done)
    function done() {
      stopTimer()
      unlink()
      resolve()
    }
  })
