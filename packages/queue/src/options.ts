import { ReverieError } from '@reverie/core'

export interface QueueOptions {
  /** Keeps queues in one database apart. Letters, digits, dashes. */
  readonly name?: string
  /** Milliseconds a claim lasts without renewal. A dead process's claims wait again after this and one check. */
  readonly claimMs?: number
  /** Milliseconds between two renewals of this process's claims. */
  readonly renewMs?: number
  /** Milliseconds between two looks for expired claims. */
  readonly expiryCheckMs?: number
}

export const DEFAULT_QUEUE_OPTIONS: Required<QueueOptions> = {
  name: 'reverie',
  claimMs: 5_000,
  renewMs: 2_000,
  expiryCheckMs: 500,
}

/** @throws ReverieError `invalid_option` */
export function compileQueueOptions(options: QueueOptions): Required<QueueOptions> {
  const compiled = Object.freeze({ ...DEFAULT_QUEUE_OPTIONS, ...options })
  const { name, claimMs, renewMs, expiryCheckMs } = compiled
  if (!/^[A-Za-z0-9-]{1,40}$/.test(name)) {
    throw new ReverieError(
      'invalid_option',
      `queue name "${name}" will not do; use 1 to 40 letters, digits and dashes`,
      { field: 'name' },
    )
  }
  if (!(expiryCheckMs > 0 && renewMs > 0 && renewMs + expiryCheckMs < claimMs)) {
    throw new ReverieError(
      'invalid_option',
      `renewMs ${renewMs} and expiryCheckMs ${expiryCheckMs} must be above 0 and together below claimMs ${claimMs}, or claims of a live process expire`,
      { field: 'claimMs' },
    )
  }
  return compiled
}
