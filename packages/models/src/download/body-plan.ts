import { ReverieError } from '@reverie/core'
import type { HttpAnswer } from './http-client.ts'
import { TransferError } from './transfer-error.ts'

/** What an answer's body is. */
export interface BodyPlan {
  /** It begins at the first byte, whatever was asked for. */
  readonly isFromStart: boolean
  /** Bytes of the whole file; undefined where nobody says. */
  readonly total: number | undefined
}

const RANGE = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/

/**
 * Reads the status and headers of an answer to "from byte `from` on".
 * @throws TransferError for a range that does not fit: the next attempt begins again
 * @throws ReverieError `model_file_corrupt` when the file has another size than was promised
 */
export function bodyPlan(
  { status, headers }: Pick<HttpAnswer, 'status' | 'headers'>,
  from: number,
  file: { readonly path: string; readonly url: URL; readonly size?: number | undefined },
): BodyPlan {
  if (status === 200) {
    const total = checkedTotal(numberOf(headers.get('content-length')), file)
    return { isFromStart: true, total }
  }
  const range = RANGE.exec(headers.get('content-range') ?? '')
  const [, start, , total] = range ?? []
  // 416: what is here is longer than what is there; a wrong start would leave a hole.
  if (status !== 206 || Number(start) !== from) {
    throw new RestartError(`${file.url.host} answered ${status} to a request from byte ${from}`)
  }
  return { isFromStart: from === 0, total: checkedTotal(numberOf(total), file) }
}

/** The next attempt must begin at the first byte. */
export class RestartError extends TransferError {}

function checkedTotal(
  said: number | undefined,
  {
    path,
    url,
    size,
  }: { readonly path: string; readonly url: URL; readonly size?: number | undefined },
): number | undefined {
  if (size === undefined || said === undefined || said === size) return size ?? said
  throw new ReverieError(
    'model_file_corrupt',
    `${url.host} offers ${path} with ${said} bytes, but it should have ${size}; the repository changed or the server is wrong, pull again later`,
    { file: path, expected: size, found: said },
  )
}

const numberOf = (text: string | null | undefined): number | undefined =>
  text && /^\d{1,15}$/.test(text) ? Number(text) : undefined
