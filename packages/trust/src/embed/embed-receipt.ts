import { type JobSpec, ReverieError } from '@reverie/core'
import { encodeCanonical, type Receipt } from '@reverie/protocol'
import { base64url } from 'multiformats/bases/base64'
import { pictureFormatOf } from '../picture/formats.ts'

/** What travels inside an image: the receipt and, unless the artist keeps the prompt private, the request it hashes. */
export interface Embedded {
  readonly receipt: Receipt
  readonly spec?: JobSpec | undefined
}

/**
 * The one text that carries these: JSON {"v":1,"receipt":...,"request":...}, both base64url of canonical DAG-CBOR
 * without padding.
 */
const embeddedText = ({ receipt, spec }: Embedded): string =>
  JSON.stringify({
    v: 1,
    receipt: base64url.baseEncode(encodeCanonical(receipt)),
    ...(spec === undefined ? {} : { request: base64url.baseEncode(encodeCanonical(spec)) }),
  })

/**
 * A copy of a PNG, WebP or JPEG that carries its receipt: as iTXt "reverie", a chunk "RVRC", or APP10 segments. The
 * receipt's image hash covers the file without it, so `file` must be as the worker made it.
 * @throws ReverieError `file_unreadable` when the file is damaged, `result_image_invalid` when it carries a receipt already
 */
export function embedReceipt(file: Uint8Array, embedded: Embedded): Uint8Array {
  const format = pictureFormatOf(file)
  if (format.receipts(file).length > 0) {
    throw new ReverieError(
      'result_image_invalid',
      'The image carries a receipt already; embed into the file as the worker made it',
    )
  }
  return format.withReceipt(file, embeddedText(embedded))
}
