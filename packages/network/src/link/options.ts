import type { BackoffOptions } from '../timing/backoff.ts'

/** Times in milliseconds. */
export interface LinkOptions {
  /** Multiaddr of the coordinator; with a `/p2p/` id the connection fails unless it is that peer. */
  readonly coordinator: string
  /** Between two attempts to reach it. The first one after a session that worked is made at once. */
  readonly retry?: Partial<BackoffOptions>
  /** Between two attempts after it refused us for now, or replaced our session: it is not to be hammered. */
  readonly refusedRetry?: Partial<BackoffOptions>
  /** For the coordinator to answer our hello. */
  readonly helloMs?: number
  /** For its answer to a result, once the image has been sent, and to a request for an input picture. */
  readonly answerMs?: number
  /** For an input picture to arrive, beside the time for the answer. */
  readonly inputMs?: number
}

export interface CompiledLinkOptions {
  readonly coordinator: string
  readonly retry: BackoffOptions
  readonly refusedRetry: BackoffOptions
  readonly helloMs: number
  readonly answerMs: number
  readonly inputMs: number
}

export const compileLinkOptions = (options: LinkOptions): CompiledLinkOptions =>
  Object.freeze({
    coordinator: options.coordinator,
    retry: { minMs: 250, maxMs: 15_000, ...options.retry },
    refusedRetry: { minMs: 30_000, maxMs: 300_000, ...options.refusedRetry },
    helloMs: options.helloMs ?? 10_000,
    answerMs: options.answerMs ?? 60_000,
    // 16 MiB at a little over 1 Mbit/s.
    inputMs: options.inputMs ?? 120_000,
  })
