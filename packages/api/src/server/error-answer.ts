import { isReverieError, type ReverieError } from '@reverie/core'
import type { ErrorBody } from '../views/error-body.ts'

/** The wire form of an error. Bugs say nothing about themselves: the log has them under the request id. */
export function errorBody(error: ReverieError, requestId: string): ErrorBody {
  const { code, facts } = error
  const message =
    error.kind === 'bug'
      ? `Something went wrong on our side; the coordinator's log has it under request ${requestId}.`
      : error.message
  return {
    error: {
      code,
      message,
      ...(facts.field === undefined ? {} : { field: facts.field }),
      ...(facts.accepted === undefined ? {} : { accepted: facts.accepted }),
      requestId,
    },
  }
}

/** Narrow enough for both fastify's errors and whatever else is thrown. */
export const codeOfError = (error: unknown): string | undefined =>
  isReverieError(error)
    ? error.code
    : typeof error === 'object' && error !== null && 'code' in error
      ? String(error.code)
      : undefined
