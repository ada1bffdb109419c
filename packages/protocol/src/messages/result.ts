import { JobSpec, NOTE_LIMITS } from '@reverie/core'
import * as z from 'zod/mini'
import { MAX_IMAGE_FRAME_BYTES, MESSAGE_LIMITS } from '../limits.ts'
import { defineMessages, type MessageSet } from '../message-set.ts'
import { peerError } from '../peer-error.ts'
import { MESSAGE_VERSION } from '../protocol-ids.ts'
import { MAX_RECEIPT_BYTES } from '../receipt.ts'

const ReceiptBytes = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length > 0 && value.length <= MAX_RECEIPT_BYTES,
  `a receipt of 1 to ${MAX_RECEIPT_BYTES} bytes`,
)

/**
 * What a worker says on a result stream: one message, then one frame that is the image file, `imageBytes` long. The
 * image is not part of the message, so that no peer can make us parse megabytes as CBOR.
 */
export const ResultFromWorker = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('result'),
    v: z.literal(MESSAGE_VERSION),
    spec: JobSpec,
    /** Canonical DAG-CBOR of the receipt under the worker's signature. */
    receipt: ReceiptBytes,
    imageBytes: z.int().check(z.gte(1), z.lte(MAX_IMAGE_FRAME_BYTES)),
    /** Sentences for the artist. */
    notes: z.optional(
      z
        .array(z.string().check(z.maxLength(NOTE_LIMITS.chars)))
        .check(z.maxLength(NOTE_LIMITS.notes)),
    ),
    /** The safety model flagged the picture. */
    flagged: z.optional(z.boolean()),
  }),
])
export type ResultFromWorker = z.infer<typeof ResultFromWorker>

/**
 * The coordinator's one answer. `accepted` carries the countersigned receipt; after it or `refused` the worker forgets
 * the result. `later`, which may come before the image was read, asks to keep it and offer it again.
 */
export const ResultFromCoordinator = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), receipt: ReceiptBytes }),
  z.object({ type: z.literal('refused'), error: peerError('peer_refused') }),
  z.object({ type: z.literal('later') }),
])
export type ResultFromCoordinator = z.infer<typeof ResultFromCoordinator>

export const resultFromWorker: MessageSet<ResultFromWorker> = defineMessages(
  'result message of a worker',
  ResultFromWorker,
  MESSAGE_LIMITS.result,
)

export const resultFromCoordinator: MessageSet<ResultFromCoordinator> = defineMessages(
  'result message of a coordinator',
  ResultFromCoordinator,
  MESSAGE_LIMITS.result,
)
