import { isReverieError, ReverieError } from '@reverie/core'

/** SQLSTATE classes in which the statement or its values are wrong, not the database: data, integrity, syntax. */
const OUR_FAULT = ['22', '23', '42']

const sqlStateOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined

/** What a failed statement means to a caller. Errors of ours pass unchanged. */
export function databaseError(cause: unknown): ReverieError {
  if (isReverieError(cause)) return cause
  const state = sqlStateOf(cause)
  const message = cause instanceof Error ? cause.message : String(cause)
  if (state && OUR_FAULT.includes(state.slice(0, 2))) {
    return new ReverieError(
      'internal',
      `the database refused a statement (SQLSTATE ${state}): ${message}; this is a bug`,
      { state },
      { cause },
    )
  }
  return new ReverieError(
    'storage_unavailable',
    `the database did not answer: ${message}; check the disk of the data folder, then restart`,
    state ? { state } : {},
    { cause },
  )
}
