import type { JobSpec, PeerId } from '@reverie/core'
import type { ReceiptBody } from '@reverie/protocol'

export type CheckId =
  /** The file is a whole PNG. */
  | 'file'
  /** It carries one well-formed receipt. */
  | 'receipt'
  /** The receipt is about this file. */
  | 'image'
  | 'worker_signature'
  | 'countersignature'
  /** The request that travels along is the one the receipt was given for. */
  | 'request'
  /** Pixels as the header, the receipt and the request state them. */
  | 'size'
  /** AUTOMATIC1111 text: informational. */
  | 'parameters_text'

/**
 * `absent`: the file does not hold what would be checked, which alone is no fault. `not_checkable`: an earlier check
 * left nothing to hold this one against.
 */
export type CheckStatus = 'passed' | 'failed' | 'absent' | 'not_checkable'

export interface Check {
  readonly id: CheckId
  readonly status: CheckStatus
  /** Plain words, safe to print. */
  readonly sentence: string
}

/** What the receipt states. Proven to be the peers' statement only where the verdict is `verified`. Names and prompts are text of strangers. */
export interface VerificationFacts {
  readonly worker: ReceiptBody['worker']
  readonly coordinator: PeerId
  readonly job: ReceiptBody['job']
  readonly model: ReceiptBody['model']
  readonly sampler: ReceiptBody['sampler']
  readonly schedule: ReceiptBody['schedule']
  readonly steps: number
  readonly cfgScale: number
  readonly seed: string
  readonly width: number
  readonly height: number
  readonly numericClass: ReceiptBody['numericClass']
  /** Milliseconds since the epoch, by the worker's clock. */
  readonly startedAt: number
  readonly finishedAt: number
  /** Milliseconds since the epoch, by the coordinator's clock. */
  readonly countersignedAt: number
  /** The request, where it travels along and is the one the receipt hashes. */
  readonly request: JobSpec | undefined
}

/** The answer to "who rendered this, with what?", from the file alone. */
export interface Verification {
  /**
   * `verified`: a receipt is there and every check that could be made passed. `failed`: at least one did not.
   * `unsigned`: a whole PNG without a receipt, of which nothing can be said.
   */
  readonly verdict: 'verified' | 'failed' | 'unsigned'
  /** Plain words, safe to print. */
  readonly summary: string
  /** Every check once, in the order of {@link CheckId}. */
  readonly checks: readonly Check[]
  readonly facts: VerificationFacts | undefined
}
