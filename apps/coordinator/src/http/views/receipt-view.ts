import type { ReceiptView } from '@reverie/api'
import { decodeCanonical, MAX_RECEIPT_BYTES, Receipt } from '@reverie/protocol'

const base64Url = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64url')

/** A stored receipt for reading, and its exact bytes for verifying. */
export function receiptView(encoded: Uint8Array): ReceiptView {
  const { body, workerSignature, countersignature } = decodeCanonical(Receipt, encoded, {
    maxBytes: MAX_RECEIPT_BYTES,
    what: 'the stored receipt',
  })
  return {
    job: body.job,
    encoded: base64Url(encoded),
    receipt: {
      body,
      workerSignature: base64Url(workerSignature),
      countersignature: {
        signature: base64Url(countersignature.signature),
        at: countersignature.at,
      },
    },
  }
}
