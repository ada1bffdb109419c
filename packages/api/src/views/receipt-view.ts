import { JobId } from '@reverie/core'
import { ReceiptBody } from '@reverie/protocol'
import * as z from 'zod/mini'

const Base64Url = z.string().check(z.regex(/^[A-Za-z0-9_-]+$/))

/** A receipt for reading; `encoded` is what the signatures cover and what a verifier takes. */
export const ReceiptView = z.object({
  job: JobId,
  /** Canonical DAG-CBOR of the countersigned receipt, base64url without padding. */
  encoded: Base64Url,
  receipt: z.object({
    body: ReceiptBody,
    /** Ed25519, base64url without padding. */
    workerSignature: Base64Url,
    countersignature: z.object({
      signature: Base64Url,
      /** Milliseconds since the epoch, by the coordinator's clock. */
      at: z.int(),
    }),
  }),
})
export type ReceiptView = z.infer<typeof ReceiptView>
