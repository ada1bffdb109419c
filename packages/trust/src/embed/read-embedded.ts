import { JobSpec } from '@reverie/core'
import { decodeCanonical, parseValue } from '@reverie/protocol'
import { base64url } from 'multiformats/bases/base64'
import * as z from 'zod/mini'
import { sameBytes } from '../hash.ts'
import { readPngChunks } from '../png/chunks.ts'
import { pngError } from '../png/error.ts'
import { decodeTextChunk, encodeTextChunk, isTextChunk, keywordOf } from '../png/text-chunk.ts'
import { RECEIPT_KEYWORD } from '../receipt/keyword.ts'
import { decodeReceipt } from '../receipt/verify.ts'
import { type Embedded, embeddedText } from './embed-receipt.ts'

/** Two prompts of 8,000 characters take at most 48 kB as UTF-8; the rest of a spec is small. */
const MAX_REQUEST_BYTES = 64 * 1024
const MAX_BASE64 = Math.ceil((MAX_REQUEST_BYTES * 4) / 3)

const EmbeddedJson = z.strictObject({
  v: z.literal(1),
  receipt: z.string().check(z.maxLength(MAX_BASE64)),
  request: z.optional(z.string().check(z.maxLength(MAX_BASE64))),
})

/**
 * What an image carries, parsed but not verified; undefined when it carries nothing. Exactly what {@link embedReceipt}
 * writes is read, so that no byte of it can differ unnoticed.
 * @throws ReverieError `file_unreadable` when the PNG is damaged or carries more than one receipt,
 * `message_invalid` or `message_too_large` when the receipt or the request is malformed
 */
export function readEmbedded(png: Uint8Array): Embedded | undefined {
  const chunks = readPngChunks(png).filter(
    (chunk) => isTextChunk(chunk) && keywordOf(chunk) === RECEIPT_KEYWORD,
  )
  const [chunk] = chunks
  if (chunk === undefined) return undefined
  if (chunks.length > 1) {
    throw pngError(`The file carries ${chunks.length} receipts; an image has one`)
  }
  const { receipt, request } = parseValue(
    EmbeddedJson,
    parseJson(decodeTextChunk(chunk).text),
    'the embedded receipt',
  )
  const embedded = {
    receipt: decodeReceipt(decodeBase64(receipt)),
    spec:
      request === undefined
        ? undefined
        : decodeCanonical(JobSpec, decodeBase64(request), {
            maxBytes: MAX_REQUEST_BYTES,
            what: 'the embedded request',
          }),
  }
  const written = encodeTextChunk({ ...embeddedText(embedded), international: true })
  if (!sameBytes(written, png.subarray(chunk.start, chunk.end))) {
    throw pngError('The embedded receipt is not written the one way that is read')
  }
  return embedded
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw pngError('The embedded receipt is not JSON')
  }
}

function decodeBase64(text: string): Uint8Array {
  try {
    return base64url.baseDecode(text)
  } catch {
    throw pngError('The embedded receipt is not base64url')
  }
}
