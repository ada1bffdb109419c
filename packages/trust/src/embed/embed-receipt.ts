import { type JobSpec, ReverieError } from '@reverie/core'
import { encodeCanonical, type Receipt } from '@reverie/protocol'
import { base64url } from 'multiformats/bases/base64'
import { readPngText, writePngText } from '../png/text.ts'
import type { PngText } from '../png/text-chunk.ts'
import { RECEIPT_KEYWORD } from '../receipt/keyword.ts'

/** What travels inside an image: the receipt and, unless the artist keeps the prompt private, the request it hashes. */
export interface Embedded {
  readonly receipt: Receipt
  readonly spec?: JobSpec | undefined
}

/**
 * The one text that carries these: iTXt "reverie" with JSON {"v":1,"receipt":...,"request":...}, both base64url of
 * canonical DAG-CBOR without padding.
 */
export const embeddedText = ({ receipt, spec }: Embedded): PngText => ({
  keyword: RECEIPT_KEYWORD,
  text: JSON.stringify({
    v: 1,
    receipt: base64url.baseEncode(encodeCanonical(receipt)),
    ...(spec === undefined ? {} : { request: base64url.baseEncode(encodeCanonical(spec)) }),
  }),
})

/**
 * A copy of the image that carries its receipt. The receipt's image hash covers the file without this text, so
 * `png` must be the file as the worker made it.
 * @throws ReverieError `file_unreadable` when the PNG is damaged, `result_image_invalid` when it carries a receipt already
 */
export function embedReceipt(png: Uint8Array, embedded: Embedded): Uint8Array {
  if (readPngText(png).some(({ keyword }) => keyword === RECEIPT_KEYWORD)) {
    throw new ReverieError(
      'result_image_invalid',
      'The image carries a receipt already; embed into the file as the worker made it',
    )
  }
  return writePngText(png, [{ ...embeddedText(embedded), international: true }])
}
