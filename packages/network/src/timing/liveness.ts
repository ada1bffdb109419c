import type { Clock } from '@reverie/core'

/** Watches for signs of life of the other side. */
export interface Liveness {
  /** Something arrived. Cheap: call it for every chunk. */
  touch(): void
  stop(): void
}

export interface LivenessOptions {
  /** Milliseconds without a sign after which the other side counts as gone. */
  readonly silenceMs: number
  /** Milliseconds more that it gets when it was us who stood still: its signs may wait unread in the socket. */
  readonly graceMs: number
  readonly onSilent: () => void
}

export function watchLiveness(clock: Clock, options: LivenessOptions): Liveness {
  const { silenceMs, graceMs, onSilent } = options
  let heardAt = clock.now()
  let stopTimer = clock.after(silenceMs, check)
  let stopped = false

  function check() {
    const quietMs = clock.now() - heardAt
    if (quietMs < silenceMs) {
      stopTimer = clock.after(silenceMs - quietMs, check)
    } else if (quietMs > silenceMs + graceMs) {
      // The timer itself came late: this process or machine was held up (a long garbage collection, a laptop's lid).
      heardAt = clock.now() - silenceMs + graceMs
      stopTimer = clock.after(graceMs, check)
    } else {
      stopped = true
      onSilent()
    }
  }

  return {
    touch() {
      heardAt = clock.now()
    },
    stop() {
      if (stopped) return
      stopped = true
      stopTimer()
    },
  }
}
