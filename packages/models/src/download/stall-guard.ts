import type { Clock } from '@reverie/core'

/** Watches one transfer and aborts it when it brings nearly nothing. */
export interface StallGuard {
  readonly signal: AbortSignal
  /** The caller's own signal. */
  readonly outer: AbortSignal | undefined
  /** Why it was aborted, in words; undefined while it goes on. */
  readonly stalled: string | undefined
  add(bytes: number): void
  stop(): void
}

export function startStallGuard(
  clock: Clock,
  windowMs: number,
  minBytes: number,
  outer: AbortSignal | undefined,
): StallGuard {
  const own = new AbortController()
  let bytes = 0
  let stalled: string | undefined
  let cancel: () => void = () => {}
  const check = () => {
    if (bytes < minBytes) {
      stalled = `sent ${bytes} bytes in ${windowMs / 1_000} s`
      own.abort(new Error(stalled))
      return
    }
    bytes = 0
    cancel = clock.after(windowMs, check)
  }
  cancel = clock.after(windowMs, check)
  return {
    signal: outer === undefined ? own.signal : AbortSignal.any([own.signal, outer]),
    outer,
    get stalled() {
      return stalled
    },
    add: (count) => {
      bytes += count
    },
    stop: () => cancel(),
  }
}
