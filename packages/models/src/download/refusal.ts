import { type Clock, ReverieError } from '@reverie/core'
import { TransferError } from './transfer-error.ts'

/** Longer than this nobody waits in front of a terminal. */
const MAX_WAIT_MS = 5 * 60_000

/** What an answer that is no file means: to be tried again, or final. */
export function refuse(
  { status, headers }: Pick<Response, 'status' | 'headers'>,
  url: URL,
  clock: Clock,
): TransferError | ReverieError {
  const where = `${url.origin}${url.pathname}`
  const fact = { file: where, status }
  if (status === 401 || status === 403) {
    return new ReverieError(
      'download_failed',
      `${url.host} does not give ${where} to you (${status}): accept its terms on its page, then set HF_TOKEN to a token that may read it`,
      fact,
    )
  }
  if (status === 404 || status === 410) {
    return new ReverieError(
      'model_not_found',
      `${where} does not exist (${status}); check the name and the revision, or set HF_TOKEN where the repository is private`,
      fact,
    )
  }
  const isPassing = status === 408 || status === 429 || status >= 500
  const retryAfterMs = retryAfter(headers.get('retry-after'), clock)
  if (isPassing && (retryAfterMs ?? 0) <= MAX_WAIT_MS) {
    return new TransferError(`${url.host} answered ${status}`, { retryAfterMs })
  }
  const wait = retryAfterMs === undefined ? '' : `; it asks to wait ${retryAfterMs / 1_000} s`
  return new ReverieError(
    'download_failed',
    `${where} cannot be fetched: ${url.host} answered ${status}${wait}`,
    fact,
  )
}

/** Milliseconds of a Retry-After header: seconds or a date (RFC 9110, 10.2.3). */
function retryAfter(value: string | null, clock: Clock): number | undefined {
  if (value === null) return undefined
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000
  const at = Date.parse(value)
  return Number.isNaN(at) ? undefined : Math.max(0, at - clock.now())
}
