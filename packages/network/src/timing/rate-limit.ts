import type { Clock } from '@reverie/core'

export interface RateLimit {
  /** Tokens held at most: what may come at once. */
  readonly burst: number
  /** Tokens gained per second. */
  readonly perSecond: number
}

/** A token bucket. Returns whether one more is within the limit. */
export function createRateLimiter(clock: Clock, { burst, perSecond }: RateLimit): () => boolean {
  let tokens = burst
  let filledAt = clock.now()
  return () => {
    const now = clock.now()
    // A clock that was set back must not take tokens away.
    const elapsedMs = Math.max(0, now - filledAt)
    filledAt = now
    tokens = Math.min(burst, tokens + (elapsedMs * perSecond) / 1_000)
    if (tokens < 1) return false
    tokens -= 1
    return true
  }
}
