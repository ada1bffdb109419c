import {
  JobId,
  ManifestCid,
  NumericClass,
  PeerId,
  Rng,
  Sampler,
  Schedule,
  Seed,
  Sha256,
} from '@reverie/core'
import * as z from 'zod/mini'

/** Largest encoded receipt, bytes. */
export const MAX_RECEIPT_BYTES: number = 8 * 1024

const instant = z.int().check(z.gte(0))
const WorkerDisplayName = z.string().check(z.minLength(1), z.maxLength(40))
const Signature = z.custom<Uint8Array>(
  (value) => value instanceof Uint8Array && value.length === 64,
  'an Ed25519 signature of 64 bytes',
)

/** What a worker states about one job. Encoded as canonical DAG-CBOR. */
export const ReceiptBody = z.strictObject({
  v: z.literal(1),
  coordinator: PeerId,
  worker: z.strictObject({ peer: PeerId, name: WorkerDisplayName }),
  job: JobId,
  /** SHA-256 of the canonical DAG-CBOR of the JobSpec: the full request, prompt included. */
  request: Sha256,
  model: ManifestCid,
  sampler: Sampler,
  schedule: Schedule,
  steps: z.int(),
  cfgScale: z.number(),
  seed: Seed,
  rng: Rng,
  numericClass: NumericClass,
  /** Merkle root over the latents before the first step and after each one, of every pass: see trust. */
  trajectory: z.strictObject({ root: Sha256, leaves: z.int().check(z.gte(1)) }),
  /** The image file as the worker made it, before the receipt was embedded. */
  image: z.strictObject({
    sha256: Sha256,
    bytes: z.int().check(z.gte(1)),
    type: z.enum(['image/png', 'image/webp', 'image/jpeg']),
    width: z.int(),
    height: z.int(),
  }),
  /** Milliseconds since the epoch, by the worker's clock. */
  startedAt: instant,
  finishedAt: instant,
})
export type ReceiptBody = z.infer<typeof ReceiptBody>

/** A body under the worker's signature: what a worker submits. */
export const WorkerReceipt = z.strictObject({ body: ReceiptBody, workerSignature: Signature })
export type WorkerReceipt = z.infer<typeof WorkerReceipt>

/** The finished receipt: signed by the worker, countersigned by the coordinator named in the body. */
export const Receipt = z.strictObject({
  body: ReceiptBody,
  workerSignature: Signature,
  countersignature: z.strictObject({ signature: Signature, at: instant }),
})
export type Receipt = z.infer<typeof Receipt>
