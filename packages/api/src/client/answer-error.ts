import { ReverieError } from '@reverie/core'
import * as z from 'zod/mini'
import { ErrorBody } from '../views/error-body.ts'

/** Longest error body that is read, characters. */
const MAX_ERROR_CHARS = 64 * 1024

/** What somebody who is not a coordinator of this version answered, by status. */
function foreignError(response: Response): ReverieError {
  const message = `${response.url} answered ${response.status} without an error of Reverie; check that the address is a coordinator's.`
  const facts = { status: response.status }
  return response.status >= 500
    ? new ReverieError('coordinator_unreachable', message, facts)
    : new ReverieError('internal', message, facts)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error that an answer other than 2xx stands for. `facts.retryAfterSeconds` repeats a `Retry-After`. */
export async function answerError(response: Response): Promise<ReverieError> {
  const text = await response.text()
  const parsed =
    text.length <= MAX_ERROR_CHARS ? z.safeParse(ErrorBody, parseJson(text)) : { success: false }
  if (!parsed.success || !('data' in parsed)) return foreignError(response)
  const { code, message, ...facts } = parsed.data.error
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return new ReverieError(code, message, {
    ...facts,
    ...(Number.isFinite(retryAfter) ? { retryAfterSeconds: retryAfter } : {}),
  } as ReverieError['facts'])
}

/** A call that got no answer. The caller's own abort is passed on as it is. */
export function noAnswerError(url: string, cause: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause
  const why = inner instanceof Error ? inner.message : String(inner)
  return new ReverieError(
    'coordinator_unreachable',
    `No coordinator answers at ${url}: ${why}. Check the address and that it runs.`,
    {},
    { cause },
  )
}
