import { isReverieError, ReverieError } from '@reverie/core'

/** A failed queue operation as callers see it. Errors of ours pass unchanged. */
export function queueError(cause: unknown, doing: string): ReverieError {
  if (isReverieError(cause)) return cause
  const message = cause instanceof Error ? cause.message : String(cause)
  return new ReverieError(
    'storage_unavailable',
    `the queue could not ${doing}: ${message}; entries it loses are put back from the database`,
    {},
    { cause },
  )
}

/** BullMQ's codes for "this entry is not, or no longer, what you took it for": gone, unlocked, not active, relocked. */
const MOVED_ON = [-1, -2, -3, -6]

/** True where an entry changed under us: it is gone, or somebody else holds it. */
export const isMovedOn = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'number' &&
  MOVED_ON.includes(error.code)
