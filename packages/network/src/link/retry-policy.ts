import { ERROR_CODES, type ErrorObject } from '@reverie/core'
import { isFinalRefusal } from '@reverie/protocol'
import { backoffMs } from '../timing/backoff.ts'
import type { CompiledLinkOptions } from './options.ts'

/** How an attempt to have a session went. */
export type AttemptOutcome =
  /** No session came about. */
  | { readonly type: 'unreachable' }
  /** The coordinator turned us away, or sent us away. */
  | { readonly type: 'dismissed'; readonly error: ErrorObject }
  /** A session was open and broke. */
  | { readonly type: 'lost'; readonly livedMs: number }

export type RetryDecision =
  | { readonly type: 'give up' }
  | { readonly type: 'wait'; readonly delayMs: number; readonly failures: number }

/** A session that lived so long counts as one that worked: the next loss is met at once again. */
const STABLE_MS = 10_000

/**
 * When to try again. At once after the first loss; then with growing, jittered delays; slowly where we were sent away for
 * a reason that time does not mend; never after a final refusal.
 * @param failures attempts since things last worked
 */
export function decideRetry(
  outcome: AttemptOutcome,
  failures: number,
  { retry, refusedRetry }: Pick<CompiledLinkOptions, 'retry' | 'refusedRetry'>,
  random: () => number,
): RetryDecision {
  switch (outcome.type) {
    case 'lost': {
      const before = outcome.livedMs >= STABLE_MS ? 0 : failures
      const delayMs = before === 0 ? 0 : backoffMs(before, retry, random)
      return { type: 'wait', delayMs, failures: before + 1 }
    }
    case 'unreachable':
      return {
        type: 'wait',
        delayMs: backoffMs(failures + 1, retry, random),
        failures: failures + 1,
      }
    case 'dismissed': {
      if (isFinalRefusal(outcome.error)) return { type: 'give up' }
      const passes = ERROR_CODES[outcome.error.code].kind === 'operational'
      const bounds = passes ? retry : refusedRetry
      return {
        type: 'wait',
        delayMs: backoffMs(failures + 1, bounds, random),
        failures: failures + 1,
      }
    }
  }
}
