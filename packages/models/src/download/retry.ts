import { type Clock, ReverieError } from '@reverie/core'
import { TransferError } from './transfer-error.ts'

export interface RetryModules {
  readonly clock: Clock
  /** 0 to 1: spreads those who lost the same server. */
  readonly random: () => number
}

export interface RetryOptions {
  /** Of what, in the error: "unet/model.onnx". */
  readonly what: string
  readonly signal?: AbortSignal | undefined
  /** Bytes that have come so far: an attempt that brought many does not count as failed. */
  readonly received?: () => number
}

const MAX_FAILURES = 6
const FIRST_DELAY_MS = 500
const MAX_DELAY_MS = 30_000
/** What an attempt must bring to be forgiven. */
const PROGRESS_BYTES = 1024 * 1024

/**
 * Runs `attempt` until it succeeds, fails for good, or breaks six times in a row without bringing anything. Waits twice as
 * long each time, with jitter, or as long as the server asks.
 * @throws ReverieError `download_failed`, and what `attempt` throws for good
 */
export async function withRetries<T>(
  { clock, random }: RetryModules,
  { what, signal, received = () => 0 }: RetryOptions,
  attempt: () => Promise<T>,
): Promise<T> {
  let failures = 0
  for (;;) {
    signal?.throwIfAborted()
    const before = received()
    try {
      return await attempt()
    } catch (error) {
      if (!(error instanceof TransferError)) throw error
      failures = received() - before >= PROGRESS_BYTES ? 1 : failures + 1
      if (failures >= MAX_FAILURES) {
        throw new ReverieError(
          'download_failed',
          `${what} could not be downloaded, ${failures} attempts in a row failed; the last: ${error.message}. What arrived is kept: pull again to go on`,
          { file: what, attempts: failures },
          { cause: error },
        )
      }
      const backOff = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (failures - 1))
      const delay = Math.max(error.retryAfterMs ?? 0, backOff * (0.5 + random() / 2))
      await pause(clock, delay, signal)
    }
  }
}

/** Resolves after `ms`; rejects with the signal's reason. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  // One that is aborted already tells no listener.
  if (signal?.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      cancel()
      reject(signal?.reason)
    }
    const cancel = clock.after(ms, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}
