import { JobSpec } from '@reverie/core'
import { decodeCanonical, parseValue } from '@reverie/protocol'
import { base64url } from 'multiformats/bases/base64'
import * as z from 'zod/mini'
import { sameBytes } from '../hash.ts'
import { pictureFormatOf } from '../picture/formats.ts'
import { fileError } from '../picture/picture-format.ts'
import { decodeReceipt } from '../receipt/verify.ts'
import { type Embedded, embedReceipt } from './embed-receipt.ts'

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
 * @throws ReverieError `file_unreadable` when the file is damaged or carries more than one receipt,
 * `message_invalid` or `message_too_large` when the receipt or the request is malformed
 */
export function readEmbedded(file: Uint8Array): Embedded | undefined {
  const format = pictureFormatOf(file)
  const receipts = format.receipts(file)
  const [carried] = receipts
  if (carried === undefined) return undefined
  if (receipts.length > 1) {
    throw fileError(`The file carries ${receipts.length} receipts; an image has one`)
  }
  const { receipt, request } = parseValue(
    EmbeddedJson,
    parseJson(carried.text),
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
  const [written] = format.receipts(embedReceipt(format.withoutReceipt(file), embedded))
  if (written === undefined || !sameBytes(written.bytes, carried.bytes)) {
    throw fileError('The embedded receipt is not written the one way that is read')
  }
  return embedded
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw fileError('The embedded receipt is not JSON')
  }
}

function decodeBase64(text: string): Uint8Array {
  try {
    return base64url.baseDecode(text)
  } catch {
    throw fileError('The embedded receipt is not base64url')
  }
}
